import type { Job, Stage } from '@/api/types';
import { duration, parseTime } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { pipelineLook } from '../status/looks';
import { Mark } from '../status/Mark';
import statusClasses from '../status/status.module.css';
import classes from './pipelines.module.css';

/** The jobs of a pipeline, stage by stage from left to right. */
export function Jobs({ stages }: { stages: readonly Stage[] }) {
  return (
    <ol className={classes.stages} aria-label="Stages">
      {stages.map((stage) => (
        <li key={stage.name} className={classes.stage}>
          <h3>{stage.name}</h3>
          <ul>
            {stage.jobs.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function JobRow({ job }: { job: Job }) {
  const now = useNow();
  const look = pipelineLook(job.status);
  const start = parseTime(job.startedAt);
  const end = parseTime(job.finishedAt);
  const took = start && duration((end?.getTime() ?? now) - start.getTime());
  return (
    <li className={classes.job}>
      <span className={statusClasses.status} data-tone={look.tone}>
        <Mark shape={look.shape} />
      </span>
      {job.webUrl === undefined ? (
        <span className={classes.jobName}>{job.name}</span>
      ) : (
        <a href={job.webUrl} target="_blank" rel="noopener noreferrer" className={classes.jobName}>
          {job.name}
        </a>
      )}
      <span className={classes.took}>{took === undefined ? look.word : `${look.word.toLowerCase()}, ${took}`}</span>
    </li>
  );
}

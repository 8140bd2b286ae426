import type { Job, Pipeline } from '@/api/types';
import { duration, parseTime } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { QuietLink } from '@/components/links';
import { type Look, pipelineLook } from '@/components/status/looks';
import { Mark } from '@/components/status/Mark';
import statusClasses from '@/components/status/status.module.css';
import classes from './pipelines.module.css';
import * as texts from '@/texts/pipelines';

interface JobsProps {
  pipeline: Pipeline;
  /** Id of the job whose log is open. */
  open?: number | undefined;
}

/** The jobs of a pipeline, stage by stage from left to right. Each leads to its log. */
export function Jobs({ pipeline, open }: JobsProps) {
  return (
    <ol className={classes.stages} aria-label={texts.stages}>
      {pipeline.stages?.map((stage) => (
        <li key={stage.name} className={classes.stage}>
          <h3>{stage.name}</h3>
          <ul>
            {stage.jobs
              .filter((job) => job.retried !== true)
              .map((job) => (
                <JobRow key={job.id} job={job} pipeline={pipeline} open={job.id === open} />
              ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

const allowed: Look = { shape: 'triangle', tone: 'warn', word: texts.failedAllowed };

function JobRow({ job, pipeline, open }: { job: Job; pipeline: Pipeline; open: boolean }) {
  const now = useNow();
  const look = job.status === 'failed' && job.allowFailure === true ? allowed : pipelineLook(job.status);
  const start = parseTime(job.startedAt);
  const end = parseTime(job.finishedAt);
  const took = start && duration((end?.getTime() ?? now) - start.getTime());
  return (
    <li className={classes.job} data-open={open || undefined}>
      <span className={statusClasses.status} data-tone={look.tone}>
        <Mark shape={look.shape} />
      </span>
      {start === undefined ? (
        <span className={`break ${classes.jobName}`}>{job.name}</span>
      ) : (
        <QuietLink
          to="/clusters/$cluster/pipelines/$pipeline"
          params={{ cluster: pipeline.cluster, pipeline: String(pipeline.id) }}
          search={{ job: String(job.id) }}
          resetScroll={!open}
          aria-current={open ? 'true' : undefined}
          className={`break ${classes.jobName}`}
        >
          {job.name}
        </QuietLink>
      )}
      <span className={`tiny dim numbers ${classes.took}`}>
        {took === undefined ? look.word : `${look.word.toLowerCase()}, ${took}`}
      </span>
    </li>
  );
}

import { useQuery } from '@tanstack/react-query';
import { jobReportsQuery } from '@/api/queries/runtime';
import { LogText } from '@/components/logs/LogText';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { bare } from '@/lib/ansi';
import classes from './runtime.module.css';
import * as texts from '@/texts/runtime';

/** What Ocim keeps of jobs that failed or did not end; Kubernetes deletes them and their logs. Nothing when there is none. */
export function JobsPanel({ cluster, instance }: { cluster: string; instance: string }) {
  const reports = useQuery(jobReportsQuery(cluster, instance)).data?.reports ?? [];
  if (reports.length === 0) return null;
  return (
    <Panel title={texts.failedJobs} note={texts.keptByOcimFor30Days}>
      {reports.map(({ job, reason, nextStep, seenAt, lines }) => (
        <article key={job} aria-label={job} className="stack gap-8">
          <p className={classes.finding}>
            {reason} <strong>{nextStep}</strong> <Time at={seenAt} prefix={texts.since} />
          </p>
          {lines.length === 0 ? (
            <p className={`dim ${classes.sum}`}>{texts.theJobsLogWasGone}</p>
          ) : (
            <pre className={classes.reportLog} tabIndex={0} aria-label={texts.lastLinesOf(job)}>
              {lines.map((line, i) => (
                <div key={i}>
                  <LogText text={line} style={bare} wanted="" />
                </div>
              ))}
            </pre>
          )}
        </article>
      ))}
    </Panel>
  );
}

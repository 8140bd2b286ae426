import { useQuery } from '@tanstack/react-query';
import { firstErrorQuery, type JobPlace } from '@/api/queries/logs';
import type { Job } from '@/api/types';
import { ButtonLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Mark } from '@/components/status/Mark';
import classes from './logs.module.css';

const reasons: Partial<Record<string, string>> = {
  runner_system_failure: 'The runner itself failed. Retry it.',
  stuck_or_timeout_failure: 'No runner took it, or it took too long.',
  job_execution_timeout: 'It took longer than the project allows.',
  data_integrity_failure: 'GitLab itself failed. Retry it.',
};

/** Why a job failed, before anybody reads its log. */
export function FirstError({ place, job, stage }: { place: JobPlace; job: Job; stage: string }) {
  const query = useQuery(firstErrorQuery(place));
  const why = job.failureReason === undefined ? undefined : reasons[job.failureReason];
  return (
    <section className={classes.error} aria-labelledby="first-error">
      <span className={classes.errorMark}>
        <Mark shape="cross" size={16} />
      </span>
      <div className={classes.errorBody}>
        <h2 id="first-error">
          {job.name} failed in the stage {stage}
        </h2>
        <Loaded query={query} what="The error" lines={2}>
          {({ found }) =>
            found ? (
              <>
                <p className={classes.errorText}>{found.text}</p>
                {found.context && found.context.length > 1 && (
                  <pre className={classes.errorContext} tabIndex={0} aria-label="The lines around it">
                    {found.context.join('\n')}
                  </pre>
                )}
              </>
            ) : (
              <p>{why ?? 'Nothing in its log looks like an error; read its end.'}</p>
            )
          }
        </Loaded>
      </div>
      {query.data?.found && (
        <ButtonLink
          to="."
          search={(before) => ({ ...before, job: String(job.id), at: String(errorAt(query.data)) })}
          resetScroll={false}
          variant="default"
        >
          Show it in the log
        </ButtonLink>
      )}
    </section>
  );
}

/** Where in the log the error's line begins. */
export function errorAt(data: { found?: { offset: number } } | undefined): number | undefined {
  return data?.found?.offset;
}

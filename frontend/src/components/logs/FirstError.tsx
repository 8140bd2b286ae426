import { useQuery } from '@tanstack/react-query';
import { firstErrorQuery, type JobPlace } from '@/api/queries/logs';
import type { Job } from '@/api/types';
import { ButtonLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Mark } from '@/components/status/Mark';
import classes from './logs.module.css';
import * as texts from '@/texts/logs';

const reasons: Partial<Record<string, string>> = {
  runner_system_failure: texts.theRunnerFailedRetryThe,
  stuck_or_timeout_failure: texts.noRunnerPickedUpThe,
  job_execution_timeout: texts.theJobExceededTheProjects,
  data_integrity_failure: texts.gitlabFailedRetryTheJob,
};

/** Why a job failed, before anybody reads its log. */
export function FirstError({ place, job, stage }: { place: JobPlace; job: Job; stage: string }) {
  const query = useQuery(firstErrorQuery(place));
  const why = job.failureReason === undefined ? undefined : reasons[job.failureReason];
  return (
    <section className={`row gap-10 ${classes.error}`} aria-labelledby="first-error">
      <span className={classes.errorMark}>
        <Mark shape="cross" size={16} />
      </span>
      <div className={classes.errorBody}>
        <h2 id="first-error">{texts.failedInStage(job.name, stage)}</h2>
        <Loaded query={query} what={texts.error} lines={2}>
          {({ found }) =>
            found ? (
              <>
                <p className={classes.errorText}>{found.text}</p>
                {found.context && found.context.length > 1 && (
                  <pre className={classes.errorContext} tabIndex={0} aria-label={texts.surroundingLines}>
                    {found.context.join('\n')}
                  </pre>
                )}
              </>
            ) : (
              <p>{why ?? texts.noErrorFoundInThe}</p>
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
          {texts.showInLog}
        </ButtonLink>
      )}
    </section>
  );
}

/** Where in the log the error's line begins. */
export function errorAt(data: { found?: { offset: number } } | undefined): number | undefined {
  return data?.found?.offset;
}

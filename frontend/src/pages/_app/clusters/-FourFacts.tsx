import type { ReactNode } from 'react';
import type { Instance, InstanceDetails, Lifecycle } from '@/api/types';
import { Age } from '@/components/Age';
import { ClusterLink, PipelineLink } from '@/components/places';
import { healthLooks, lifecycleLooks, pipelineLook, pipelineTitle } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import { isFuture } from '@/lib/future';
import { parseTime } from '@/lib/time';
import { isStale } from '@/lib/stale';
import { useNow } from '@/lib/useNow';
import classes from './-clusters.module.css';
import * as texts from '@/texts/clusters';
import { checkTheFirstErrorThen } from '@/texts/instances';

const lifecycleReasons: Record<Lifecycle, string> = {
  pending: texts.requestedTheFirstDeploymentHasnt,
  active: texts.deployed,
  archived: texts.removedFromGitByAn,
  deleted: texts.removedFromGit,
};

/** Lifecycle, pipeline, health and age: four facts, never smeared together, each with what to do next. */
export function FourFacts({ details }: { details: InstanceDetails }) {
  const { instance } = details;
  const { lifecycle, changedAt, changedBy } = instance;
  return (
    <dl className={classes.four} aria-label={texts.status}>
      <One
        name={texts.lifecycle}
        reason={lifecycleReasons[lifecycle]}
        at={
          <>
            <Time at={changedAt} prefix={texts.changed} />
            {changedBy !== undefined && texts.by(changedBy)}
          </>
        }
        next={lifecycleNext[lifecycle]}
      >
        <Status look={lifecycleLooks[lifecycle]} />
      </One>
      <PipelineFact instance={instance} />
      <HealthFact instance={instance} />
      <AgeFact details={details} />
    </dl>
  );
}

function PipelineFact({ instance: { cluster, pipeline } }: { instance: Instance }) {
  return (
    <One
      name={texts.latestPipeline}
      reason={pipeline ? (pipelineTitle(pipeline) ?? texts.noGroveOperation) : texts.noPipeline}
      at={
        <>
          <Time at={pipeline?.updatedAt} />
          {pipeline?.requestedBy !== undefined && texts.by(pipeline.requestedBy)}
        </>
      }
      next={pipeline && pipelineNext[pipeline.status]}
    >
      {pipeline && (
        <PipelineLink cluster={cluster} pipeline={pipeline.id}>
          <Status look={pipelineLook(pipeline.status)} />
        </PipelineLink>
      )}
    </One>
  );
}

function HealthFact({ instance }: { instance: Instance }) {
  const { cluster, health, lifecycle } = instance;
  return (
    <One
      name={texts.health}
      reason={health.reason ?? healthReasons[health.state]}
      at={<Time at={health.at} prefix={texts.forAtStart} lasting />}
      next={
        health.nextStep ??
        (health.state === 'unknown' && lifecycle === 'active' ? (
          <ClusterLink cluster={cluster}>{texts.viewCluster}</ClusterLink>
        ) : undefined)
      }
    >
      <Status look={healthLooks[health.state]} />
    </One>
  );
}

/** How old what is shown is: what git says, and what the cluster says. */
function AgeFact({ details: { sync, instance, observedAt } }: { details: InstanceDetails }) {
  const now = useNow();
  const read = parseTime(sync.succeededAt);
  const seen = parseTime(observedAt);
  const active = instance.lifecycle === 'active';
  const stale = isStale(sync.succeededAt, now);
  return (
    <One
      name={texts.freshness}
      reason={
        sync.error ??
        (read && isFuture(read, now)
          ? texts.readInTheFuture
          : stale
            ? texts.twoSyncsWereMissed
            : sync.commit === undefined
              ? texts.upToDate
              : texts.gitAtCommit(sync.commit.slice(0, 8)))
      }
      at={active && (seen ? <Age at={observedAt} prefix={texts.cluster} /> : texts.clusterNever)}
      next={
        sync.error !== undefined ? (
          <ClusterLink cluster={instance.cluster}>{texts.viewCluster}</ClusterLink>
        ) : stale || (active && isStale(observedAt, now)) ? (
          texts.refresh
        ) : undefined
      }
    >
      {read ? <Age at={sync.succeededAt} prefix={texts.gitlab} /> : texts.gitlabNever}
    </One>
  );
}

const lifecycleNext: Partial<Record<Lifecycle, string>> = {
  pending: texts.waitForTheOperationOr,
  archived: texts.unarchiveTheInstanceToDeploy,
};

const pipelineNext: Partial<Record<string, string>> = {
  failed: checkTheFirstErrorThen,
  manual: texts.waitingForAManualAction,
  canceled: texts.retryThePipelineOrUpdate,
};

const healthReasons: Partial<Record<string, string>> = {
  unknown: texts.theClusterHasntReportedYet,
  healthy: texts.allWorkloadsAreReady,
};

interface OneProps {
  name: string;
  reason: string | undefined;
  at: ReactNode;
  /** What to do; absent when there is nothing to. */
  next?: ReactNode;
  children: ReactNode;
}

function One({ name, reason, at, next, children }: OneProps) {
  return (
    <div>
      <dt className="dim tiny">{name}</dt>
      <dd className="break">
        {children}
        <p className={`small dim ${classes.under}`}>{reason}</p>
        {next !== undefined && <p className="small">{next}</p>}
        {at !== undefined && <p className="dim tiny">{at}</p>}
      </dd>
    </div>
  );
}

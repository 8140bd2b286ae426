import type { ReactNode } from 'react';
import type { Instance, InstanceDetails, Lifecycle } from '@/api/types';
import { Age } from '@/components/Age';
import { TextLink } from '@/components/links';
import { healthLooks, lifecycleLooks, operationWords, pipelineLook } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import { parseTime, timeOfDay } from '@/lib/time';
import { isStale } from '@/lib/stale';
import { useNow } from '@/lib/useNow';
import classes from './-clusters.module.css';

const lifecycleReasons: Record<Lifecycle, string> = {
  pending: 'Asked for; its first deployment has not succeeded yet.',
  active: 'In git, and deployed.',
  archived: 'Taken out of git by an archive operation.',
  deleted: 'Left git.',
};

/** Lifecycle, pipeline, health and age: four facts, never smeared together, each with what to do next. */
export function FourFacts({ details }: { details: InstanceDetails }) {
  const { instance } = details;
  const { lifecycle, changedAt, changedBy } = instance;
  return (
    <dl className={classes.four} aria-label="Status">
      <One
        name="Lifecycle"
        reason={lifecycleReasons[lifecycle]}
        at={
          <>
            <Time at={changedAt} prefix="Changed " />
            {changedBy !== undefined && ` by ${changedBy}`}
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
  const operation = pipeline?.operation;
  return (
    <One
      name="Latest pipeline"
      reason={pipeline ? (operation ? operationWords[operation] : 'No operation of Grove') : 'None is known.'}
      at={<Time at={pipeline?.updatedAt} />}
      next={pipeline && pipelineNext[pipeline.status]}
    >
      {pipeline && (
        <TextLink
          to="/clusters/$cluster/pipelines/$pipeline"
          params={{ cluster, pipeline: String(pipeline.id) }}
        >
          <Status look={pipelineLook(pipeline.status)} />
        </TextLink>
      )}
    </One>
  );
}

function HealthFact({ instance }: { instance: Instance }) {
  const { cluster, health, lifecycle } = instance;
  return (
    <One
      name="Health"
      reason={health.reason ?? healthReasons[health.state]}
      at={<Time at={health.at} prefix="Since " />}
      next={
        health.nextStep ??
        (health.state === 'unknown' && lifecycle === 'active' ? (
          <TextLink to="/clusters/$cluster" params={{ cluster }}>
            Look at the cluster
          </TextLink>
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
      name="Age"
      reason={
        sync.error ??
        (stale
          ? 'Two turns were missed.'
          : sync.commit === undefined
            ? 'Up to date.'
            : `Git at commit ${sync.commit.slice(0, 8)}.`)
      }
      at={active && (seen ? <Age at={observedAt} prefix="Cluster seen " /> : 'The cluster was never seen.')}
      next={
        sync.error !== undefined ? (
          <TextLink to="/clusters/$cluster" params={{ cluster: instance.cluster }}>
            Look at the cluster
          </TextLink>
        ) : stale || (active && isStale(observedAt, now)) ? (
          'Refresh.'
        ) : undefined
      }
    >
      {read ? (
        <span>
          GitLab as of {timeOfDay(read)}
          {stale && ', stale'}
        </span>
      ) : (
        'Never read'
      )}
    </One>
  );
}

const lifecycleNext: Partial<Record<Lifecycle, string>> = {
  pending: 'Wait for its operation, or read why it failed.',
  archived: 'Unarchive it to deploy it again.',
};

const pipelineNext: Partial<Record<string, string>> = {
  failed: 'Read its first error, then retry.',
  manual: 'It waits for a person in GitLab.',
  canceled: 'Retry it, or update the instance.',
};

const healthReasons: Partial<Record<string, string>> = {
  unknown: 'The cluster has not told yet.',
  healthy: 'All that should run is ready.',
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
      <dt>{name}</dt>
      <dd>
        {children}
        <p className={classes.reason}>{reason}</p>
        {next !== undefined && <p className={classes.next}>{next}</p>}
        {at !== undefined && <p className={classes.age}>{at}</p>}
      </dd>
    </div>
  );
}

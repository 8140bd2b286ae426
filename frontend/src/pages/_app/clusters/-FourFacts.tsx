import type { ReactNode } from 'react';
import type { InstanceDetails, Lifecycle } from '@/api/types';
import { TextLink } from '@/components/links';
import { healthLooks, lifecycleLooks, operationWords, pipelineLook } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { isStale } from '@/components/SyncNote';
import { Time } from '@/components/Time';
import { parseTime, timeOfDay } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import classes from './-clusters.module.css';

const lifecycleReasons: Record<Lifecycle, string> = {
  pending: 'Asked for; its first deployment has not succeeded yet.',
  active: 'In git, and deployed.',
  archived: 'Taken out of git by an archive operation.',
  deleted: 'Left git.',
};

/** Lifecycle, pipeline, health and age: four facts, never smeared together. */
export function FourFacts({ details }: { details: InstanceDetails }) {
  const { instance, sync } = details;
  const { health, lifecycle, pipeline, changedAt } = instance;
  const now = useNow();
  const read = parseTime(sync.succeededAt);
  return (
    <dl className={classes.four} aria-label="Status">
      <One
        name="Lifecycle"
        reason={lifecycleReasons[lifecycle]}
        at={<Time at={changedAt} prefix="Changed " />}
      >
        <Status look={lifecycleLooks[lifecycle]} />
      </One>
      <One
        name="Latest pipeline"
        reason={
          pipeline
            ? pipeline.operation
              ? operationWords[pipeline.operation]
              : 'No operation of Grove'
            : 'None is known.'
        }
        at={<Time at={pipeline?.updatedAt} />}
      >
        {pipeline && (
          <TextLink
            to="/clusters/$cluster/pipelines/$pipeline"
            params={{ cluster: instance.cluster, pipeline: String(pipeline.id) }}
          >
            <Status look={pipelineLook(pipeline.status)} />
          </TextLink>
        )}
      </One>
      <One
        name="Health"
        reason={health.reason ?? healthReasons[health.state]}
        at={<Time at={health.at} prefix="As of " />}
      >
        <Status look={healthLooks[health.state]} />
      </One>
      <One
        name="Read from GitLab"
        reason={
          sync.error ??
          (isStale(sync, now) ? 'Two turns were missed. Refresh, or look at the cluster.' : 'Up to date.')
        }
        at={sync.commit === undefined ? undefined : <>commit {sync.commit.slice(0, 8)}</>}
      >
        {read ? (
          <span>
            As of {timeOfDay(read)}
            {isStale(sync, now) && ', stale'}
          </span>
        ) : (
          'Never'
        )}
      </One>
    </dl>
  );
}

const healthReasons: Partial<Record<string, string>> = {
  unknown: 'The cluster has not told yet.',
  healthy: 'All that should run is ready.',
};

interface OneProps {
  name: string;
  reason: string | undefined;
  at: ReactNode;
  children: ReactNode;
}

function One({ name, reason, at, children }: OneProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        <p className={classes.reason}>{reason}</p>
        {at !== undefined && <p className={classes.age}>{at}</p>}
      </dd>
    </div>
  );
}

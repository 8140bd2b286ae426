import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/errors';
import { pollInterval } from '@/api/queries/fleet';
import type { Unread } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { Mark } from '@/components/status/Mark';
import { Time } from '@/components/Time';
import { useNow } from '@/lib/useNow';
import classes from './runtime.module.css';
import * as texts from '@/texts/runtime';

interface ClusterPanelProps<T> {
  title: string;
  what: string;
  query: UseQueryResult<T>;
  /** How often it is asked; what missed two turns is stale. */
  every?: number;
  children: (data: T) => ReactNode;
}

/** What a cluster reported, with its age. Each panel loads, fails and ages on its own. */
export function ClusterPanel<T extends { at: string; unread?: Unread[] }>({
  title,
  what,
  query,
  every = pollInterval.calm,
  children,
}: ClusterPanelProps<T>) {
  const gone = query.error instanceof ApiError && query.error.status === 404;
  return (
    <Panel title={title} note={<Age at={query.dataUpdatedAt} every={every} />} flush>
      <div className={classes.loaded} aria-busy={query.isFetching}>
        {gone ? (
          <Empty title={texts.notDeployedOnTheCluster}>{texts.theInstanceIsInGit}</Empty>
        ) : (
          <Loaded query={query} what={what} shape="rows">
            {(data) => (
              <>
                {(data.unread ?? []).map(({ kind, reason }) => (
                  <p key={kind} className={`line small ${classes.unread}`}>
                    <Mark shape="question" /> {texts.noDataAbout(kind, reason)}
                  </p>
                ))}
                {children(data)}
              </>
            )}
          </Loaded>
        )}
      </div>
    </Panel>
  );
}

function Age({ at, every }: { at: number; every: number }) {
  const now = useNow();
  if (at === 0) return null;
  return (
    <>
      <Time at={new Date(at).toISOString()} prefix={texts.asOf} />
      {now - at > 2 * every + 10_000 && texts.stale}
    </>
  );
}

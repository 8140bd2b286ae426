import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { queueQuery } from '@/api/queries/operations';
import { Loaded } from '../Loaded';
import { Panel } from '../Panel';
import * as texts from '@/texts/operations';

const Queue = lazy(() => import('./Queue'));

/** What runs in a cluster and what waits behind it; nothing when nothing does. */
export function QueuePanel({ cluster }: { cluster: string }) {
  const query = useQuery(queueQuery(cluster));
  if (query.error === null && (query.data?.operations ?? []).length === 0) return null;
  return (
    <Panel title={texts.runningAndWaiting} note={texts.oneAtATime} flush>
      <Loaded query={query} what={texts.theQueue} shape="rows">
        {({ operations }) => (
          <Suspense fallback={null}>
            <Queue operations={operations} />
          </Suspense>
        )}
      </Loaded>
    </Panel>
  );
}

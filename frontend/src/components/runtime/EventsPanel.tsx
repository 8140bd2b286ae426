import { useQuery } from '@tanstack/react-query';
import { eventsQuery } from '@/api/queries/runtime';
import { Empty } from '@/components/Empty';
import { ClusterPanel } from './ClusterPanel';
import { EventTable } from './EventTable';

/** What Kubernetes warned of lately, newest first. */
export function EventsPanel({ cluster, instance }: { cluster: string; instance: string }) {
  const query = useQuery(eventsQuery(cluster, instance));
  return (
    <ClusterPanel title="Events" what="The events" query={query}>
      {({ events }) =>
        events.length === 0 ? (
          <Empty title="No warnings">Kubernetes keeps them for about an hour.</Empty>
        ) : (
          <EventTable label="Warning events" events={events} />
        )
      }
    </ClusterPanel>
  );
}

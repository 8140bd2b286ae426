import { useQuery } from '@tanstack/react-query';
import { eventsQuery } from '@/api/queries/runtime';
import { Empty } from '@/components/Empty';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { ClusterPanel } from './ClusterPanel';

/** What Kubernetes warned of lately, newest first. */
export function EventsPanel({ cluster, instance }: { cluster: string; instance: string }) {
  const query = useQuery(eventsQuery(cluster, instance));
  return (
    <ClusterPanel title="Events" what="The events" query={query}>
      {({ events }) =>
        events.length === 0 ? (
          <Empty title="No warnings">Kubernetes keeps them for about an hour.</Empty>
        ) : (
          <Table label="Warning events" heads={['Last', 'Reason', 'About', 'Message', 'Times']}>
            {[...events]
              .sort((a, b) => b.at.localeCompare(a.at))
              .map((event, i) => (
                <tr key={i}>
                  <td data-dim>
                    <Time at={event.at} />
                  </td>
                  <td>{event.reason}</td>
                  <td>
                    {event.kind} {event.object}
                    {event.part !== undefined && `, ${event.part}`}
                  </td>
                  <td data-wrap>{event.message}</td>
                  <td title={event.firstAt === undefined ? undefined : `since ${event.firstAt}`}>
                    {event.count}
                  </td>
                </tr>
              ))}
          </Table>
        )
      }
    </ClusterPanel>
  );
}

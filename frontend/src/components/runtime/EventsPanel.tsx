import { useQuery } from '@tanstack/react-query';
import { eventsQuery } from '@/api/queries/runtime';
import { Empty } from '@/components/Empty';
import { ClusterPanel } from './ClusterPanel';
import { EventTable } from './EventTable';
import * as texts from '@/texts/runtime';

/** What Kubernetes warned of lately, newest first. */
export function EventsPanel({ cluster, instance }: { cluster: string; instance: string }) {
  const query = useQuery(eventsQuery(cluster, instance));
  return (
    <ClusterPanel title={texts.events} what={texts.theEvents} query={query}>
      {({ events }) =>
        events.length === 0 ? (
          <Empty title={texts.noWarnings}>{texts.kubernetesKeepsEventsForAbout}</Empty>
        ) : (
          <EventTable label={texts.warningEvents} events={events} />
        )
      }
    </ClusterPanel>
  );
}

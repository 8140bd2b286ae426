import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { warningsQuery } from '@/api/queries/runtime';
import { Empty } from '@/components/Empty';
import { QuietLink } from '@/components/links';
import { SmallButton } from '@/components/SmallButton';
import { ClusterPanel } from './ClusterPanel';
import { EventTable } from './EventTable';
import classes from './runtime.module.css';
import * as texts from '@/texts/runtime';

/** So many say what is going on; a cluster in trouble has hundreds. */
const first = 20;

interface WarningsPanelProps {
  cluster: string;
  /** Names of the instances that have pages. */
  instances: readonly string[];
}

/** What Kubernetes warned of lately in the whole cluster, newest first. */
export function WarningsPanel({ cluster, instances }: WarningsPanelProps) {
  const query = useQuery(warningsQuery(cluster));
  const [all, setAll] = useState(false);
  return (
    <ClusterPanel title={texts.warnings} what={texts.theWarnings} query={query}>
      {({ events }) =>
        events.length === 0 ? (
          <Empty title={texts.noWarnings}>{texts.kubernetesKeepsEventsForAbout}</Empty>
        ) : (
          <>
            <EventTable
              label={texts.warningsOfTheCluster}
              events={all ? events : events.slice(0, first)}
              whose={({ instance }) =>
                instance === undefined ? (
                  '—'
                ) : instances.includes(instance) ? (
                  <QuietLink to="/clusters/$cluster/instances/$instance" params={{ cluster, instance }}>
                    {instance}
                  </QuietLink>
                ) : (
                  instance
                )
              }
            />
            {!all && events.length > first && (
              <div className={classes.more}>
                <SmallButton onClick={() => setAll(true)}>{texts.showAll(events.length)}</SmallButton>
              </div>
            )}
          </>
        )
      }
    </ClusterPanel>
  );
}

import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { treeQuery } from '@/api/queries/fleet';
import { type Urgency, urgencyOf } from '@/api/status';
import type { ClusterBranch } from '@/api/types';
import { Empty } from '@/components/Empty';
import { ButtonLink, QuietLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { onlineLooks, pipelineLook, providerWord, urgencyLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { useMay } from '@/components/useMe';
import classes from './-clusters.module.css';

export const Route = createFileRoute('/_app/clusters/')({ component: Clusters });

const order: readonly Urgency[] = ['failed', 'degraded', 'moving', 'unknown', 'fine', 'gone'];

function Clusters() {
  const query = useQuery(treeQuery);
  return (
    <Page title="Clusters">
      <Loaded query={query} what="The clusters">
        {({ clusters }) =>
          clusters.length === 0 ? (
            <NoClusters />
          ) : (
            <Panel title="All clusters" note={clusters.length} flush>
              <Table
                label="Clusters"
                heads={[
                  'Name',
                  'Online',
                  'Provider',
                  'Instances',
                  'State of the instances',
                  'Latest pipeline',
                  'Trouble',
                ]}
              >
                {clusters.map((cluster) => (
                  <ClusterRow key={cluster.id} cluster={cluster} />
                ))}
              </Table>
            </Panel>
          )
        }
      </Loaded>
    </Page>
  );
}

function ClusterRow({ cluster }: { cluster: ClusterBranch }) {
  const living = cluster.instances.filter((i) => i.lifecycle !== 'deleted');
  const urgencies = living.map(urgencyOf);
  const { problems, syncError, troubles = [] } = cluster;
  return (
    <tr>
      <td>
        <QuietLink to="/clusters/$cluster" params={{ cluster: cluster.id }} data-row>
          {cluster.name}
        </QuietLink>
      </td>
      <td>
        <Status look={onlineLooks[cluster.online?.state ?? 'unknown']} />
      </td>
      <td>{providerWord(cluster.provider)}</td>
      <td className="numbers">{living.length}</td>
      <td data-wrap>
        <span className={classes.counts}>
          {order.map((urgency) => {
            const count = urgencies.filter((u) => u === urgency).length;
            const look = urgencyLooks[urgency];
            return count > 0 && <Status key={urgency} look={{ ...look, word: `${count} ${look.word}` }} />;
          })}
        </span>
      </td>
      <td>
        {cluster.pipeline === undefined ? (
          <span data-dim>None</span>
        ) : (
          <Status look={pipelineLook(cluster.pipeline)} />
        )}
      </td>
      <td data-wrap>
        {syncError !== undefined && syncError !== '' && <p>Not read: {syncError}</p>}
        {troubles.map((trouble) => (
          <p key={trouble}>{trouble}</p>
        ))}
        {problems > 0 && (
          <p>{problems === 1 ? 'A problem in its files' : `${problems} problems in its files`}</p>
        )}
        {cluster.online?.state === 'offline' && <p>{cluster.online.reason}</p>}
      </td>
    </tr>
  );
}

function NoClusters() {
  const administrator = useMay('administrator');
  return (
    <Empty
      title="No clusters yet"
      action={administrator && <ButtonLink to="/projects/new">Add GitLab project</ButtonLink>}
    >
      {administrator
        ? 'A cluster is one GitLab project. Add it, and Ocim reads its instances.'
        : 'You see the clusters that an administrator lets you see.'}
    </Empty>
  );
}

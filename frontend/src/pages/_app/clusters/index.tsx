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
import { pipelineLook, providerWord, urgencyLooks } from '@/components/status/looks';
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
                heads={['Name', 'Provider', 'Instances', 'State of the instances', 'Latest pipeline']}
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
  const urgencies = cluster.instances.map(urgencyOf);
  return (
    <tr>
      <td>
        <QuietLink to="/clusters/$cluster" params={{ cluster: cluster.id }} data-row>
          {cluster.name}
        </QuietLink>
      </td>
      <td>{providerWord(cluster.provider)}</td>
      <td className="numbers">{cluster.instances.length}</td>
      <td>
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

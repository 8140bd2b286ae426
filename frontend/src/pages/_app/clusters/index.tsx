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
import * as texts from '@/texts/clusters';

export const Route = createFileRoute('/_app/clusters/')({ component: Clusters });

const order: readonly Urgency[] = ['failed', 'degraded', 'moving', 'unknown', 'fine', 'gone'];

function Clusters() {
  const query = useQuery(treeQuery);
  return (
    <Page title={texts.clusters}>
      <Loaded query={query} what={texts.theClusters}>
        {({ clusters }) =>
          clusters.length === 0 ? (
            <NoClusters />
          ) : (
            <Panel title={texts.allClusters} note={clusters.length} flush>
              <Table
                label={texts.clusters}
                heads={[
                  texts.name,
                  texts.online,
                  texts.provider,
                  texts.instances,
                  texts.stateOfTheInstances,
                  texts.latestPipeline,
                  texts.trouble,
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
          <span data-dim>{texts.none}</span>
        ) : (
          <Status look={pipelineLook(cluster.pipeline)} />
        )}
      </td>
      <td data-wrap>
        {syncError !== undefined && syncError !== '' && <p>{texts.notRead(syncError)}</p>}
        {troubles.map((trouble) => (
          <p key={trouble}>{trouble}</p>
        ))}
        {problems > 0 && (
          <p>{problems === 1 ? texts.aProblemInItsFiles : texts.problemsInItsFiles(problems)}</p>
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
      title={texts.noClustersYet}
      action={administrator && <ButtonLink to="/projects/new">{texts.addGitlabProject}</ButtonLink>}
    >
      {administrator ? texts.aClusterIsOneGitlabProject : texts.youSeeTheClustersThatAn}
    </Empty>
  );
}

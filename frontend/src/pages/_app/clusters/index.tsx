import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { treeQuery } from '@/api/queries/fleet';
import { isLive, stateOf, states } from '@/api/status';
import type { ClusterBranch } from '@/api/types';
import { Empty } from '@/components/Empty';
import { ButtonLink, QuietLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { onlineLooks, pipelineLook, providerWord, stateLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { useMay } from '@/components/useMe';
import classes from './-clusters.module.css';
import * as texts from '@/texts/clusters';

export const Route = createFileRoute('/_app/clusters/')({ component: Clusters });

function Clusters() {
  const query = useQuery(treeQuery);
  return (
    <Page title={texts.clusters}>
      <Loaded query={query} what={texts.theClusters} shape="panel">
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
                  texts.healthOfInstances,
                  texts.latestPipeline,
                  texts.problem,
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
  const live = cluster.instances.filter(isLive);
  const found = live.map(stateOf);
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
      <td className="numbers">{live.length}</td>
      <td data-wrap>
        <span className={`row ${classes.counts}`}>
          {states.map((state) => {
            const count = found.filter((one) => one === state).length;
            const look = stateLooks[state];
            const word = `${count} ${look.word.toLowerCase()}`;
            return count > 0 && <Status key={state} look={{ ...look, word }} />;
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
        {syncError !== undefined && <p>{texts.syncFailed(syncError)}</p>}
        {troubles.map((trouble) => (
          <p key={trouble}>{trouble}</p>
        ))}
        {problems > 0 && <p>{problems === 1 ? texts.aFileHasAProblem : texts.problemsInFiles(problems)}</p>}
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
      {administrator ? texts.eachGitlabProjectDefinesOne : texts.youDontHaveAccessTo}
    </Empty>
  );
}

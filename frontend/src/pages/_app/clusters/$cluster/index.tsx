import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { clusterQuery } from '@/api/queries/fleet';
import { ApiError } from '@/api/errors';
import type { Cluster, ClusterPage } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Facts } from '@/components/Facts';
import FilesPanel, { Problems } from '@/components/files/FilesPanel';
import { clusterColumns } from '@/components/instances/columns';
import { InstanceTable } from '@/components/instances/InstanceTable';
import { ButtonLink, OutLink, TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { MissingPage } from '@/components/MissingPage';
import { QueuePanel } from '@/components/operations/QueuePanel';
import { Crumb, Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { lifecycleLooks, onlineLooks, pipelineLook, providerWord } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { SyncNote } from '@/components/SyncNote';
import { Time } from '@/components/Time';
import { useMay } from '@/components/useMe';
import { word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';
import classes from '../-clusters.module.css';

export const Route = createFileRoute('/_app/clusters/$cluster/')({
  validateSearch: (raw: RawSearch): { file?: string | undefined } => ({ file: word(raw, 'file') }),
  component: ClusterRoute,
});

const columns = clusterColumns();

function ClusterRoute() {
  const { cluster } = Route.useParams();
  const { file } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useQuery(clusterQuery(cluster));
  const operator = useMay('operator', cluster);
  const known = query.data?.cluster;
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <MissingPage />;
  return (
    <Page
      title={known?.name ?? cluster}
      crumbs={
        <Crumb>
          <TextLink to="/clusters">Clusters</TextLink>
        </Crumb>
      }
      status={known && <Status look={onlineLooks[known.online.state]} pill />}
      actions={
        operator && (
          <ButtonLink to="/clusters/$cluster/deploy" params={{ cluster }}>
            Deploy a new instance
          </ButtonLink>
        )
      }
    >
      <Loaded query={query} what="The cluster" lines={8}>
        {(page) => (
          <>
            <SyncNote sync={page.cluster.sync} />
            <Problems problems={page.cluster.problems ?? []} />
            <QueuePanel cluster={page.cluster.id} />
            <div className={classes.columns}>
              <Panel title="Facts">
                <ClusterFacts cluster={page.cluster} />
              </Panel>
              <Links cluster={page.cluster} />
            </div>
            <Instances page={page} />
            <FilesPanel
              title="Configuration"
              files={page.files}
              none="The project was not read yet."
              open={file}
              onOpen={(name) => void navigate({ search: { file: name }, replace: true, resetScroll: false })}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function ClusterFacts({ cluster: c }: { cluster: Cluster }) {
  const byHand = new Set(c.overridden);
  const fact = (name: string, key: keyof Cluster, value: string | undefined) => ({
    name,
    value,
    ...(byHand.has(key) ? { note: 'set by hand' } : {}),
  });
  return (
    <Facts
      facts={[
        {
          name: 'Online',
          value: <Status look={onlineLooks[c.online.state]} />,
          note: (
            <>
              {c.online.reason} <Time at={c.online.at} />
            </>
          ),
        },
        { name: 'Lifecycle', value: <Status look={lifecycleLooks[c.lifecycle]} /> },
        {
          name: 'Latest pipeline',
          value: c.pipeline && (
            <TextLink
              to="/clusters/$cluster/pipelines/$pipeline"
              params={{ cluster: c.id, pipeline: String(c.pipeline.id) }}
            >
              <Status look={pipelineLook(c.pipeline.status)} />
            </TextLink>
          ),
          note: <Time at={c.pipeline?.updatedAt} />,
        },
        fact('Provider', 'provider', c.provider && providerWord(c.provider)),
        fact('Region', 'region', c.region),
        fact('Domain', 'domain', c.domain),
        fact('Nodes', 'nodesMin', nodes(c)),
        fact('Node size', 'nodeSize', c.nodeSize),
        fact('MySQL', 'mysqlSize', c.mysqlSize),
        fact('MongoDB', 'mongodbSize', c.mongodbSize),
        {
          name: 'GitLab project',
          value: <OutLink href={c.projectUrl}>{c.projectPath}</OutLink>,
          note: `id ${c.projectId}`,
        },
        {
          name: 'Read from GitLab',
          value: <Time at={c.sync.succeededAt} />,
          note: c.sync.commit?.slice(0, 8),
        },
      ]}
    />
  );
}

function nodes({ nodesMin, nodesMax }: Cluster): string | undefined {
  if (nodesMin === undefined || nodesMax === undefined || nodesMin === nodesMax) return nodesMin ?? nodesMax;
  return `${nodesMin} to ${nodesMax}`;
}

const linkWords: Partial<Record<string, string>> = {
  gitlab: 'GitLab project',
  grafana: 'Grafana',
  prometheus: 'Prometheus',
  alertmanager: 'Alertmanager',
  kubernetes: 'Kubernetes at the provider',
  openfaas: 'OpenFaaS gateway',
};

function Links({ cluster }: { cluster: Cluster }) {
  const links = cluster.links ?? [];
  return (
    <Panel title="Links">
      {links.length === 0 ? (
        <p className={classes.reason}>cluster.yml names no monitoring domain.</p>
      ) : (
        <ul className={classes.links}>
          {links.map((link) => (
            <li key={link.name}>
              <OutLink href={link.url}>{linkWords[link.name] ?? link.name}</OutLink>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Instances({ page }: { page: ClusterPage }) {
  const operator = useMay('operator', page.cluster.id);
  const { instances, cluster } = page;
  return (
    <Panel
      title="Instances"
      note={instances.length}
      flush
      actions={
        <TextLink to="/instances" search={{ cluster: [cluster.id] }}>
          Filter them
        </TextLink>
      }
    >
      {instances.length === 0 ? (
        <Empty
          title="No instances yet"
          action={
            operator && (
              <ButtonLink to="/clusters/$cluster/deploy" params={{ cluster: cluster.id }}>
                Deploy a new instance
              </ButtonLink>
            )
          }
        >
          Nothing stands under <code>instances/</code> in the repository.
        </Empty>
      ) : (
        <InstanceTable label={`Instances of ${cluster.name}`} columns={columns} instances={instances} />
      )}
    </Panel>
  );
}

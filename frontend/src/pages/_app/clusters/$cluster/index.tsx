import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { clusterQuery } from '@/api/queries/fleet';
import type { Cluster, ClusterPage } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Facts } from '@/components/Facts';
import { Problems } from '@/components/files/Problems';
import { Age } from '@/components/Age';
import { clusterColumns } from '@/components/instances/columns';
import tableClasses from '@/components/instances/instances.module.css';
import { InstanceTable } from '@/components/instances/InstanceTable';
import { ButtonLink, TextLink } from '@/components/links';
import { OutLink } from '@/components/OutLink';
import { Loaded } from '@/components/Loaded';
import { Loading } from '@/components/Loading';
import { isMissing, MissingPage } from '@/components/MissingPage';
import { Notice } from '@/components/Notice';
import { QueuePanel } from '@/components/operations/QueuePanel';
import { Crumb, Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { PipelineLink, ProjectLink } from '@/components/places';
import { factWord, foundAs, isOverridden, linkNames } from '@/components/projects/facts';
import { lifecycleLooks, onlineLooks, pipelineLook, providerWord } from '@/components/status/looks';
import { Mark } from '@/components/status/Mark';
import { Status } from '@/components/status/Status';
import { SyncNote } from '@/components/SyncNote';
import { Time } from '@/components/Time';
import { useMay } from '@/components/useMe';
import { searchOf, word } from '@/lib/readSearch';
import { isStale } from '@/lib/stale';
import { useNow } from '@/lib/useNow';
import classes from '../-clusters.module.css';
import * as texts from '@/texts/clusters';

const FilesPanel = lazy(() => import('@/components/files/FilesPanel'));
const AnnotationPanel = lazy(() => import('@/components/about/AnnotationPanel'));
const RunningCluster = lazy(() => import('@/components/runtime/RunningCluster'));

export const Route = createFileRoute('/_app/clusters/$cluster/')({
  validateSearch: searchOf({ file: word }),
  component: ClusterRoute,
});

function ClusterRoute() {
  const { cluster } = Route.useParams();
  const { file } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useQuery(clusterQuery(cluster));
  const operator = useMay('operator', cluster);
  const administrator = useMay('administrator', cluster);
  const known = query.data?.cluster;
  if (isMissing(query)) return <MissingPage />;
  return (
    <Page
      title={known?.name ?? cluster}
      crumbs={<Crumb to="/clusters">{texts.clusters}</Crumb>}
      status={known && <Status look={onlineLooks[known.online.state]} pill />}
      actions={
        operator && (
          <>
            {administrator && (
              <ButtonLink
                to="/administration/projects/$cluster"
                params={{ cluster }}
                search={{ do: 'remove' }}
                variant="default"
              >
                {texts.remove}
              </ButtonLink>
            )}
            <ButtonLink
              to="/administration/projects/$cluster/facts"
              params={{ cluster }}
              search={{}}
              variant="default"
            >
              {texts.update}
            </ButtonLink>
            <ButtonLink to="/clusters/$cluster/deploy" params={{ cluster }}>
              {texts.deployANewInstance}
            </ButtonLink>
          </>
        )
      }
    >
      <Loaded query={query} what={texts.theCluster} shape="panel" lines={8}>
        {(page) => (
          <>
            <SyncNote sync={page.cluster.sync} />
            <Troubles cluster={page.cluster} />
            <Problems problems={page.cluster.problems ?? []} />
            <NotInGit names={page.cluster.notInGit ?? []} />
            <QueuePanel cluster={page.cluster.id} />
            <div className={`columns ${classes.columns}`}>
              <Panel title={texts.details}>
                <ClusterFacts page={page} />
              </Panel>
              <Links cluster={page.cluster} />
            </div>
            <Suspense fallback={<Loading lines={3} label={texts.loadingSection} />}>
              <AnnotationPanel cluster={page.cluster.id} annotation={page.cluster.annotation} />
            </Suspense>
            <Instances page={page} />
            <WhatRuns page={page} />
            <Suspense fallback={<Loading lines={8} />}>
              <FilesPanel
                title={texts.configuration}
                files={page.files}
                none={texts.ocimHasntReadTheProject}
                open={file}
                onOpen={(name) =>
                  void navigate({ search: { file: name }, replace: true, resetScroll: false })
                }
              />
            </Suspense>
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** What the checks of its project found. */
function Troubles({ cluster: { id, troubles = [] } }: { cluster: Cluster }) {
  const operator = useMay('operator', id);
  return troubles.map((trouble) => (
    <Notice key={trouble.check} tone={trouble.severity === 'failed' ? 'bad' : 'warn'} title={trouble.detail}>
      {trouble.cure} <Time at={trouble.since} prefix={texts.forDuration} lasting />{' '}
      {operator && <ProjectLink cluster={id}>{texts.viewProject}</ProjectLink>}
    </Notice>
  ));
}

/** Names what runs without a file in git, and takes memory, disk and a name. */
function NotInGit({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <Notice tone="warn" title={texts.notInGit(names)}>
      {texts.whatIsNotInGit(names)}
    </Notice>
  );
}

function ClusterFacts({ page: { cluster: c, observedAt } }: { page: ClusterPage }) {
  const operator = useMay('operator', c.id);
  const fact = (name: string, keys: readonly (keyof Cluster)[], value: string | undefined) => ({
    name,
    value,
    ...(keys.some((key) => isOverridden(c, key)) ? { note: <ByHand cluster={c} names={keys} /> } : {}),
  });
  return (
    <Facts
      facts={[
        {
          name: texts.online,
          value: <Status look={onlineLooks[c.online.state]} />,
          note: (
            <>
              {c.online.reason} <Time at={c.online.at} />
            </>
          ),
        },
        { name: texts.lifecycle, value: <Status look={lifecycleLooks[c.lifecycle]} /> },
        {
          name: texts.latestPipeline,
          value: c.pipeline && (
            <PipelineLink cluster={c.id} pipeline={c.pipeline.id}>
              <Status look={pipelineLook(c.pipeline.status)} />
            </PipelineLink>
          ),
          note: <Time at={c.pipeline?.updatedAt} />,
        },
        fact(texts.provider, ['provider'], c.provider && providerWord(c.provider)),
        fact(texts.region, ['region'], c.region),
        fact(texts.domain, ['domain'], c.domain),
        fact(texts.nodes, ['nodesMin', 'nodesMax'], nodes(c)),
        fact(texts.nodeSize, ['nodeSize'], c.nodeSize),
        fact('MySQL', ['mysqlSize'], c.mysqlSize),
        fact('MongoDB', ['mongodbSize'], c.mongodbSize),
        {
          name: texts.gitlabProject,
          value: <OutLink href={c.projectUrl}>{c.projectPath}</OutLink>,
          note: texts.id(c.projectId),
        },
        {
          name: texts.lastSync,
          value: <Age at={c.sync.succeededAt} />,
          note: (
            <>
              {c.sync.commit?.slice(0, 8)}{' '}
              {operator && <ProjectLink cluster={c.id}>{texts.health}</ProjectLink>}
            </>
          ),
        },
        {
          name: texts.healthOfInstances,
          value: <Age at={observedAt} prefix={texts.asOf} />,
          ...(observedAt === undefined ? { note: texts.ocimHasntContactedTheCluster } : {}),
        },
      ]}
    />
  );
}

function nodes({ nodesMin, nodesMax }: Cluster): string | undefined {
  if (nodesMin === undefined || nodesMax === undefined || nodesMin === nodesMax) return nodesMin ?? nodesMax;
  return texts.to(nodesMin, nodesMax);
}

/** Says that something was set by hand, and what was found for it. */
function ByHand({ cluster, names }: { cluster: Cluster; names: readonly string[] }) {
  const found = names
    .filter((name) => isOverridden(cluster, name))
    .map((name) => foundAs(cluster, name) ?? texts.nothing);
  return (
    <span className={`tiny break ${classes.byHand}`}>
      <Mark shape="half" size={11} /> {texts.overriddenInTheRepository(found.join(', '))}
    </span>
  );
}

function Links({ cluster }: { cluster: Cluster }) {
  const operator = useMay('operator', cluster.id);
  const byName = new Map((cluster.links ?? []).map((link) => [link.name as string, link.url]));
  return (
    <Panel title={texts.links}>
      <ul className={`stack gap-4 ${classes.links}`}>
        {linkNames.map((name) => {
          const url = byName.get(name);
          return (
            <li key={name}>
              {url === undefined ? (
                <span className="dim">{texts.unknownLink(factWord(name))}</span>
              ) : (
                <OutLink href={url}>{factWord(name)}</OutLink>
              )}
              {isOverridden(cluster, name) && <ByHand cluster={cluster} names={[name]} />}
            </li>
          );
        })}
      </ul>
      {operator && byName.size < linkNames.length && (
        <p className={`small dim ${classes.under}`}>
          {texts.clusterYmlMayNotDefine(
            <TextLink
              to="/administration/projects/$cluster/facts"
              params={{ cluster: cluster.id }}
              search={{}}
            >
              {texts.overrideIt}
            </TextLink>,
          )}
        </p>
      )}
    </Panel>
  );
}

function Instances({ page }: { page: ClusterPage }) {
  const operator = useMay('operator', page.cluster.id);
  const { instances, cluster, observedAt } = page;
  const old = isStale(observedAt, useNow());
  const columns = useMemo(() => clusterColumns(old ? observedAt : undefined), [old, observedAt]);
  return (
    <Panel
      title={texts.instances}
      note={instances.length}
      flush
      actions={
        <TextLink to="/instances" search={{ cluster: [cluster.id] }}>
          {texts.viewInList}
        </TextLink>
      }
    >
      {instances.length === 0 ? (
        <Empty
          title={texts.noInstancesYet}
          action={
            operator && (
              <ButtonLink to="/clusters/$cluster/deploy" params={{ cluster: cluster.id }}>
                {texts.deployANewInstance}
              </ButtonLink>
            )
          }
        >
          {texts.theRepositoryHasNoFiles}
        </Empty>
      ) : (
        <div className={tableClasses.place}>
          <InstanceTable label={texts.instancesOf(cluster.name)} columns={columns} instances={instances} />
        </div>
      )}
    </Panel>
  );
}

function WhatRuns({ page: { cluster, instances } }: { page: ClusterPage }) {
  // It is unknown while there is nobody to ask: no gateway, or no inspector.
  if (cluster.online.state === 'unknown') {
    return (
      <Panel title={texts.workloads}>
        <Empty title={texts.unknown}>{cluster.online.reason ?? texts.ocimHasntContactedTheCluster}</Empty>
      </Panel>
    );
  }
  return (
    <Suspense fallback={<Loading lines={8} label={texts.loadingWorkloads} />}>
      <RunningCluster cluster={cluster.id} instances={instances.map(({ name }) => name)} />
    </Suspense>
  );
}

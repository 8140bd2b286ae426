import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { noteRecent } from '@/components/frame/recent';
import { instanceQuery, refreshInstance } from '@/api/queries/fleet';
import { runtimeKeys } from '@/api/queries/runtime';
import type { InstanceDetails, Source } from '@/api/types';
import { AboutNotices } from '@/components/about/AboutNotices';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { ButtonLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Loading } from '@/components/Loading';
import { isMissing, MissingPage } from '@/components/MissingPage';
import { ActionsMenu } from '@/components/operations/ActionsMenu';
import { ProtectedMark } from '@/components/operations/ProtectedMark';
import { UndeployedNotice } from '@/components/operations/UndeployedNotice';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { InstanceOperation } from '@/components/pipelines/InstanceOperation';
import { chosenOperation, OperationPanel } from '@/components/pipelines/OperationPanel';
import { lifecycleLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { SyncNote } from '@/components/SyncNote';
import { useMay } from '@/components/useMe';
import { showToast } from '@/components/showToast';
import { Button } from '@/components/ui/Button';
import { InstanceHeader } from '@/pages/_app/clusters/-InstanceHeader';
import { type InstanceSearch, logPlace, readInstanceSearch } from '@/pages/_app/clusters/-instanceSearch';

import { InstanceTabs } from '@/pages/_app/clusters/-InstanceTabs';
import * as texts from '@/texts/clusters';

const Running = lazy(() => import('@/components/runtime/Running'));
const UsagePanel = lazy(() => import('@/components/usage/UsagePanel'));
const FilesPanel = lazy(() => import('@/components/files/FilesPanel'));
const About = lazy(() => import('@/components/about/About'));
const Timeline = lazy(() => import('@/components/timeline/Timeline'));
const InstanceDeployments = lazy(() => import('@/components/pipelines/InstanceDeployments'));

export const Route = createFileRoute('/_app/clusters/$cluster/instances/$instance/')({
  validateSearch: readInstanceSearch,
  component: InstanceRoute,
});

function InstanceRoute() {
  const { cluster, instance: name } = Route.useParams();
  const { operation } = Route.useSearch();
  const query = useQuery(instanceQuery(cluster, name));
  const known = query.data !== undefined;
  useEffect(() => {
    if (known) noteRecent(`${cluster}/${name}`);
  }, [known, cluster, name]);
  const gone = isMissing(query);
  if (gone && operation === undefined) return <MissingPage />;
  const instance = query.data?.instance;
  return (
    <Page
      title={name}
      tab={texts.on(name, cluster)}
      crumbs={<ClusterCrumbs cluster={cluster} />}
      about={instance?.description}
      status={
        instance && (
          <>
            <Status look={lifecycleLooks[instance.lifecycle]} pill />
            <ProtectedMark cluster={cluster} instance={name} />
          </>
        )
      }
      actions={<Actions details={query.data} />}
    >
      {gone ? (
        <OperationPanel cluster={cluster} id={operation ?? ''} />
      ) : (
        <Loaded query={query} what={texts.theInstance} lines={10}>
          {(details) => <Contents details={details} />}
        </Loaded>
      )}
    </Page>
  );
}

function Contents({ details }: { details: InstanceDetails }) {
  const { cluster, instance } = Route.useParams();
  const { tab, operation } = Route.useSearch();
  const active = details.instance.lifecycle === 'active';
  const shown = chosenOperation(details.operations, operation);
  return (
    <>
      <SyncNote sync={details.sync} />
      <InstanceHeader details={details} />
      <AboutNotices details={details} />
      {active && <UndeployedNotice cluster={cluster} instance={instance} />}
      {shown !== undefined && (
        <InstanceOperation
          key={shown}
          cluster={cluster}
          id={shown}
          operation={details.operations.find((o) => o.id === shown)}
          chosen={operation !== undefined}
        />
      )}
      <InstanceTabs label={texts.sectionsOf(instance)} open={tab} />
      <Suspense fallback={<Loading lines={8} label={texts.loadingSection} />}>
        {tab === undefined && <WhatRuns details={details} />}
        {tab === 'configuration' && <Configuration details={details} />}
        {tab === 'details' && <About details={details} />}
        {tab === 'usage' && <Usage />}
        {tab === 'timeline' && <Timeline details={details} shown={operation} />}
        {tab === 'deployments' && <InstanceDeployments details={details} />}
      </Suspense>
    </>
  );
}

/** Changes a part of the address, where one is. */
function useChange() {
  const navigate = Route.useNavigate();
  return (next: InstanceSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false });
}

function WhatRuns({ details: { instance } }: { details: InstanceDetails }) {
  const { cluster } = Route.useParams();
  const search = Route.useSearch();
  const change = useChange();
  if (instance.lifecycle !== 'active') {
    return (
      <Panel title={texts.workloads}>
        <Empty title={texts.noWorkloads}>
          {instance.lifecycle === 'pending'
            ? texts.theFirstDeploymentHasntSucceeded
            : texts.theInstanceIsArchivedIts}
        </Empty>
      </Panel>
    );
  }
  const log = logPlace(search);
  return (
    <Running
      cluster={cluster}
      instance={instance.name}
      pod={search.pod}
      onPod={(pod) => change({ pod, log: undefined, previous: undefined })}
      log={log}
      onLog={(next) =>
        change({
          ...('pod' in next ? { pod: next.pod } : {}),
          ...('container' in next ? { log: next.container ?? 'first' } : {}),
          ...('previous' in next ? { previous: next.previous ? true : undefined } : {}),
          ...('lines' in next ? { lines: String(next.lines) } : {}),
        })
      }
    />
  );
}

function Usage() {
  const { cluster, instance } = Route.useParams();
  const { days } = Route.useSearch();
  const change = useChange();
  return (
    <UsagePanel cluster={cluster} instance={instance} days={days} onDays={(next) => change({ days: next })} />
  );
}

function Configuration({ details }: { details: InstanceDetails }) {
  const { cluster, instance } = Route.useParams();
  const { file } = Route.useSearch();
  const change = useChange();
  return (
    <FilesPanel
      title={texts.configuration}
      files={details.files}
      tutor={details.instance.tutor}
      none={
        details.instance.lifecycle === 'pending' ? texts.groveWritesTheFilesTo : texts.thisInstanceIsntInThe
      }
      open={file}
      onOpen={(name) => change({ file: name })}
      actions={
        <ButtonLink
          to="/clusters/$cluster/instances/$instance/compare"
          params={{ cluster, instance }}
          variant="default"
          size="compact"
        >
          {texts.compare}
        </ButtonLink>
      }
    />
  );
}

/** Refresh for everybody; what changes something for operators. */
function Actions({ details }: { details: InstanceDetails | undefined }) {
  const { cluster, instance } = Route.useParams();
  const { ask } = Route.useSearch();
  const operator = useMay('operator', cluster);
  const navigate = Route.useNavigate();
  const change = useChange();
  return (
    <>
      {details && operator && details.instance.lifecycle === 'active' && (
        <ButtonLink to="/clusters/$cluster/instances/$instance/update" params={{ cluster, instance }}>
          {texts.update}
        </ButtonLink>
      )}
      <Refresh />
      {details && (
        <ActionsMenu
          details={details}
          asked={ask}
          onAsk={(next) => change({ ask: next })}
          onStarted={(operation) =>
            void navigate({ search: (before) => ({ ...before, ask: undefined, operation: operation.id }) })
          }
        />
      )}
    </>
  );
}

function Refresh() {
  const { cluster, instance } = Route.useParams();
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => refreshInstance(cluster, instance),
    onSuccess: ({ gitlab, cluster: asked, usage, site, ...details }) => {
      queryClient.setQueryData(instanceQuery(cluster, instance).queryKey, details);
      // What failed stands in its place on the page.
      const well = [
        ...(succeeded(gitlab) ? ['GitLab'] : []),
        ...(succeeded(asked) ? [texts.theCluster] : []),
        ...(succeeded(site) ? [texts.theSite] : []),
        ...(succeeded(usage) ? [texts.theUsageReport] : []),
      ];
      if (well.length > 0) showToast(texts.refreshed(new Intl.ListFormat('en-GB').format(well)));
    },
    // One may fail while another answers.
    onSettled: async () => {
      const keys = [...runtimeKeys, 'undeployed'].map((key) => [key, cluster, instance]);
      await Promise.all(
        [...keys, ['tree'], ['cluster', cluster]].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
  return (
    <>
      <Button
        variant="default"
        loading={isPending}
        onClick={() => mutate()}
        leftSection={<IconRefresh size={15} stroke={1.8} />}
      >
        {texts.refresh2}
      </Button>
      {error && <Failure error={error} what={texts.couldntRefreshTheInstance} />}
    </>
  );
}

/** Being read already will do. */
function succeeded({ outcome }: Source): boolean {
  return outcome === 'read' || outcome === 'busy';
}

import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { ApiError } from '@/api/errors';
import { instanceQuery, refreshInstance } from '@/api/queries/fleet';
import type { Instance, InstanceDetails } from '@/api/types';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { Facts } from '@/components/Facts';
import { FilesPanel } from '@/components/files/FilesPanel';
import { ButtonLink, OutLink, TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { MissingPage } from '@/components/MissingPage';
import { ActionsMenu } from '@/components/operations/ActionsMenu';
import { UndeployedNotice } from '@/components/operations/UndeployedNotice';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { chosenOperation, OperationPanel } from '@/components/pipelines/OperationPanel';
import { OperationTable } from '@/components/pipelines/OperationTable';
import { PipelineTable } from '@/components/pipelines/PipelineTable';
import { lifecycleLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { SyncNote } from '@/components/SyncNote';
import { useMay } from '@/components/useMe';
import { hostOf } from '@/components/instances/columns';
import { tell } from '@/components/tell';
import { word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';
import classes from '@/pages/_app/clusters/-clusters.module.css';
import { FourFacts } from '@/pages/_app/clusters/-FourFacts';

export const Route = createFileRoute('/_app/clusters/$cluster/instances/$instance/')({
  validateSearch: (raw: RawSearch): { file?: string | undefined; operation?: string | undefined } => ({
    file: word(raw, 'file'),
    operation: word(raw, 'operation'),
  }),
  component: InstanceRoute,
});

function InstanceRoute() {
  const { cluster, instance: name } = Route.useParams();
  const { operation } = Route.useSearch();
  const query = useQuery(instanceQuery(cluster, name));
  const gone = query.error instanceof ApiError && query.error.status === 404 && !query.data;
  if (gone && operation === undefined) return <MissingPage />;
  const instance = query.data?.instance;
  return (
    <Page
      title={name}
      tab={`${name} on ${cluster}`}
      crumbs={<ClusterCrumbs cluster={cluster} />}
      about={instance?.description}
      status={instance && <Status look={lifecycleLooks[instance.lifecycle]} pill />}
      actions={<Actions details={query.data} />}
    >
      {gone ? (
        <OperationPanel cluster={cluster} id={operation ?? ''} />
      ) : (
        <Loaded query={query} what="The instance" lines={10}>
          {(details) => <Contents details={details} />}
        </Loaded>
      )}
    </Page>
  );
}

function Contents({ details }: { details: InstanceDetails }) {
  const { cluster } = Route.useParams();
  const { file, operation } = Route.useSearch();
  const navigate = Route.useNavigate();
  const shown = chosenOperation(details.operations, operation);
  return (
    <>
      <SyncNote sync={details.sync} />
      <FourFacts details={details} />
      {details.instance.lifecycle === 'active' && (
        <UndeployedNotice cluster={cluster} instance={details.instance.name} />
      )}
      {shown !== undefined && <OperationPanel key={shown} cluster={cluster} id={shown} />}
      <div className={classes.columns}>
        <FilesPanel
          title="Configuration"
          files={details.files}
          none={
            details.instance.lifecycle === 'pending'
              ? 'Grove writes them to the repository when the operation is accepted.'
              : 'This instance is not in the repository.'
          }
          open={file}
          onOpen={(name) =>
            void navigate({
              search: (before) => ({ ...before, file: name }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        <Panel title="Links and release">
          <Facts facts={linksOf(details.instance)} />
        </Panel>
      </div>
      <Panel title="Pipelines" note={details.pipelines.length} flush>
        {details.pipelines.length === 0 ? (
          <Empty title="No pipelines">None about this instance is known.</Empty>
        ) : (
          <PipelineTable label="Pipelines" pipelines={details.pipelines} />
        )}
      </Panel>
      {details.operations.length > 0 && (
        <Panel
          title="Operations"
          flush
          actions={
            <TextLink
              to="/clusters/$cluster/instances/$instance/history"
              params={{ cluster, instance: details.instance.name }}
            >
              Whole history
            </TextLink>
          }
        >
          <OperationTable operations={details.operations} shown={shown} />
        </Panel>
      )}
    </>
  );
}

function linksOf({ lmsUrl, studioUrl, mfeUrl, release, theme }: Instance) {
  const link = (name: string, url: string | undefined) => ({
    name,
    value: url === undefined ? undefined : <OutLink href={url}>{hostOf(url)}</OutLink>,
  });
  return [
    link('LMS', lmsUrl),
    link('Studio', studioUrl),
    link('MFE', mfeUrl),
    { name: 'Release', value: release },
    { name: 'Theme', value: theme },
  ];
}

/** Refresh for everybody; what changes something for operators. */
function Actions({ details }: { details: InstanceDetails | undefined }) {
  const { cluster, instance } = Route.useParams();
  const operator = useMay('operator', cluster);
  const navigate = Route.useNavigate();
  return (
    <>
      {details && operator && details.instance.lifecycle === 'active' && (
        <ButtonLink to="/clusters/$cluster/instances/$instance/update" params={{ cluster, instance }}>
          Update
        </ButtonLink>
      )}
      <Refresh />
      {details && (
        <ActionsMenu
          details={details}
          onStarted={(operation) =>
            void navigate({ search: (before) => ({ ...before, operation: operation.id }) })
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
    onSuccess: (details) => {
      queryClient.setQueryData(instanceQuery(cluster, instance).queryKey, details);
      void queryClient.invalidateQueries({ queryKey: ['tree'] });
      tell('Read from GitLab again.');
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
        Refresh
      </Button>
      {error && <Failure error={error} what="It was not read again." />}
    </>
  );
}

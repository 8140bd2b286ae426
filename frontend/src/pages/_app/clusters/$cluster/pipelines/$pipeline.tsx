import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { ApiError } from '@/api/errors';
import { pipelineQuery } from '@/api/queries/pipelines';
import type { Pipeline } from '@/api/types';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Empty } from '@/components/Empty';
import { Facts } from '@/components/Facts';
import { OutLink, TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { MissingPage } from '@/components/MissingPage';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { Jobs } from '@/components/pipelines/Jobs';
import { took } from '@/components/pipelines/PipelineTable';
import { operationWords, pipelineLook } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';

export const Route = createFileRoute('/_app/clusters/$cluster/pipelines/$pipeline')({ component: PipelineRoute });

function PipelineRoute() {
  const { cluster, pipeline: id } = Route.useParams();
  const query = useQuery({ ...pipelineQuery(cluster, Number(id)), enabled: /^\d{1,15}$/.test(id) });
  const known = query.data?.pipeline;
  if (!/^\d{1,15}$/.test(id) || (query.error instanceof ApiError && query.error.status === 404)) return <MissingPage />;
  return (
    <Page
      title={`Pipeline #${id}`}
      crumbs={<ClusterCrumbs cluster={cluster} />}
      about={known?.title}
      status={known && <Status look={pipelineLook(known.status)} pill />}
      actions={known?.webUrl !== undefined && <OutLink href={known.webUrl}>Open in GitLab</OutLink>}
    >
      <Loaded query={query} what="The pipeline" lines={8}>
        {({ pipeline, children, stale }) => (
          <>
            {stale !== undefined && stale !== '' && (
              <Alert color="yellow" title="GitLab could not be asked" role="status">
                {stale} This is the last known state.
              </Alert>
            )}
            <Panel title="Facts">
              <PipelineFacts pipeline={pipeline} />
            </Panel>
            <Panel title="Jobs">
              {pipeline.stages && pipeline.stages.length > 0 ? (
                <Jobs stages={pipeline.stages} />
              ) : (
                <Empty title="No jobs of its own">{children.length > 0 && 'The pipelines it started have them.'}</Empty>
              )}
            </Panel>
            {children.map((child) => (
              <Child key={child.id} child={child} />
            ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** A pipeline that this one started, with its own jobs. */
function Child({ child }: { child: Pipeline }) {
  const query = useQuery(pipelineQuery(child.cluster, child.id));
  const known = query.data?.pipeline ?? child;
  return (
    <Panel
      title={`Child pipeline #${child.id}`}
      note={<Status look={pipelineLook(known.status)} />}
      actions={
        <TextLink
          to="/clusters/$cluster/pipelines/$pipeline"
          params={{ cluster: child.cluster, pipeline: String(child.id) }}
        >
          Open it
        </TextLink>
      }
    >
      <Loaded query={query} what="The child pipeline" lines={3}>
        {({ pipeline }) => <Jobs stages={pipeline.stages ?? []} />}
      </Loaded>
    </Panel>
  );
}

function PipelineFacts({ pipeline: p }: { pipeline: Pipeline }) {
  return (
    <Facts
      facts={[
        { name: 'Status', value: <Status look={pipelineLook(p.status)} />, note: p.statusDetail },
        { name: 'Operation', value: p.operation && operationWords[p.operation] },
        {
          name: 'Instances',
          value: p.deployments?.map(({ instance }, i) => (
            <span key={instance}>
              {i > 0 && ', '}
              <TextLink to="/clusters/$cluster/instances/$instance" params={{ cluster: p.cluster, instance }}>
                {instance}
              </TextLink>
            </span>
          )),
        },
        { name: 'Started by', value: p.source },
        { name: 'Branch', value: p.ref },
        { name: 'Commit', value: p.sha.slice(0, 8) },
        {
          name: 'Parent',
          value: p.parent === undefined ? undefined : (
            <TextLink to="/clusters/$cluster/pipelines/$pipeline" params={{ cluster: p.cluster, pipeline: String(p.parent) }}>
              #{p.parent}
            </TextLink>
          ),
        },
        { name: 'Created', value: <Time at={p.createdAt} /> },
        { name: 'Took', value: took(p) || undefined },
        { name: 'Updated', value: <Time at={p.updatedAt} /> },
      ]}
    />
  );
}

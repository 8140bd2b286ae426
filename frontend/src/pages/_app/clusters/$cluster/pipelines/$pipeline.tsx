import { useQueries, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { ApiError } from '@/api/errors';
import { firstErrorQuery } from '@/api/queries/logs';
import { pipelineQuery } from '@/api/queries/pipelines';
import type { Job, Pipeline, PipelineAct, PipelinePage } from '@/api/types';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Empty } from '@/components/Empty';
import { Facts } from '@/components/Facts';
import { OutLink } from '@/components/OutLink';
import { Loaded } from '@/components/Loaded';
import { errorAt, FirstError } from '@/components/logs/FirstError';
import { LogPanel } from '@/components/logs/LogPanel';
import { PipelineActions } from '@/components/logs/PipelineActions';
import { MissingPage } from '@/components/MissingPage';
import { Notice } from '@/components/Notice';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { actNote, actWords } from '@/components/pipelines/acts';
import { Jobs } from '@/components/pipelines/Jobs';
import { took } from '@/components/pipelines/PipelineTable';
import { InstanceLink, PipelineLink } from '@/components/places';
import { pipelineLook, pipelineTitle } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import { searchOf, word } from '@/lib/readSearch';
import * as texts from '@/texts/clusters';

export const Route = createFileRoute('/_app/clusters/$cluster/pipelines/$pipeline')({
  validateSearch: searchOf({ job: word, at: word }),
  component: PipelineRoute,
});

function PipelineRoute() {
  const { cluster, pipeline: id } = Route.useParams();
  const query = useQuery({ ...pipelineQuery(cluster, Number(id)), enabled: /^\d{1,15}$/.test(id) });
  const known = query.data?.pipeline;
  if (!/^\d{1,15}$/.test(id) || (query.error instanceof ApiError && query.error.status === 404))
    return <MissingPage />;
  return (
    <Page
      title={texts.pipeline(id)}
      crumbs={<ClusterCrumbs cluster={cluster} />}
      about={known?.title}
      status={known && <Status look={pipelineLook(known.status)} pill />}
      actions={
        known && (
          <>
            <PipelineActions pipeline={known} />
            {known.webUrl !== undefined && <OutLink href={known.webUrl}>{texts.openInGitlab}</OutLink>}
          </>
        )
      }
    >
      <Loaded query={query} what={texts.thePipeline} lines={8}>
        {(page) => <Contents page={page} />}
      </Loaded>
    </Page>
  );
}

function Contents({ page }: { page: PipelinePage }) {
  const { pipeline, stale, actions } = page;
  const { cluster } = pipeline;
  const { job: wanted, at } = Route.useSearch();
  // What is stored of a child may lack its jobs: each is asked for.
  const children = useQueries({ queries: page.children.map((child) => pipelineQuery(cluster, child.id)) });
  const family = [pipeline, ...page.children.map((child, i) => children[i]?.data?.pipeline ?? child)];
  const failed = [page.failed, ...children.map((child) => child.data?.failed)].find(
    (one) => one !== undefined,
  );
  const open = findJob(family, wanted === undefined ? failed?.job.id : Number(wanted));
  const ofError = open !== undefined && open.job.id === failed?.job.id ? failed : undefined;
  const error = useQuery({
    ...firstErrorQuery({ cluster, pipeline: ofError?.pipeline ?? 0, job: ofError?.job.id ?? 0 }),
    enabled: ofError !== undefined,
  });
  const settled = ofError === undefined || !error.isPending;
  return (
    <>
      {stale !== undefined && (
        <Notice tone="warn" title={texts.couldntReachGitlab}>
          {texts.showingTheLastKnownState(stale)}
        </Notice>
      )}
      {family.map(
        (one) =>
          one.reason !== undefined && (
            <Notice key={one.id} tone="bad" title={texts.pipelineFailed(one.id)}>
              {one.reason}
            </Notice>
          ),
      )}
      {failed && (
        <FirstError
          place={{ cluster, pipeline: failed.pipeline, job: failed.job.id }}
          job={failed.job}
          stage={failed.stage}
        />
      )}
      <Panel title={texts.jobs}>
        {pipeline.stages && pipeline.stages.length > 0 ? (
          <Jobs pipeline={pipeline} open={open?.job.id} />
        ) : (
          <Empty title={texts.noJobs}>{page.children.length > 0 && texts.theChildPipelinesHaveThe}</Empty>
        )}
      </Panel>
      {family.slice(1).map((child, i) => {
        const query = children[i];
        return (
          <Panel
            key={child.id}
            title={texts.childPipeline(child.id)}
            note={<Status look={pipelineLook(child.status)} />}
            actions={
              <PipelineLink cluster={cluster} pipeline={child.id}>
                {texts.open}
              </PipelineLink>
            }
          >
            {query && (
              <Loaded query={query} what={texts.theChildPipeline} lines={3}>
                {() => <Jobs pipeline={child} open={open?.job.id} />}
              </Loaded>
            )}
          </Panel>
        );
      })}
      {open && settled && (
        <LogPanel
          key={open.job.id}
          place={{ cluster, pipeline: open.pipeline.id, job: open.job.id }}
          job={open.job}
          at={at === undefined || !/^\d{1,15}$/.test(at) ? undefined : Number(at)}
          error={ofError && errorAt(error.data)}
        />
      )}
      <Panel title={texts.details}>
        <PipelineFacts pipeline={pipeline} />
      </Panel>
      {actions.length > 0 && <Acts acts={actions} />}
    </>
  );
}

function findJob(
  family: readonly Pipeline[],
  id: number | undefined,
): { pipeline: Pipeline; job: Job } | undefined {
  for (const pipeline of family) {
    for (const stage of pipeline.stages ?? []) {
      const job = stage.jobs.find((one) => one.id === id);
      if (job) return { pipeline, job };
    }
  }
  return undefined;
}

/** What people did to the pipeline. */
function Acts({ acts }: { acts: readonly PipelineAct[] }) {
  return (
    <Panel title={texts.actionsByPeople}>
      <Facts
        facts={acts.map((act) => ({
          name: actWords(act),
          value: <Time at={act.at} />,
          note: actNote(act),
        }))}
      />
    </Panel>
  );
}

function PipelineFacts({ pipeline: p }: { pipeline: Pipeline }) {
  return (
    <Facts
      facts={[
        {
          name: texts.status,
          value: <Status look={pipelineLook(p.status)} />,
          // GitLab mostly repeats the status here.
          note: p.statusDetail === p.status ? undefined : p.statusDetail,
        },
        { name: texts.operation, value: pipelineTitle(p) },
        {
          name: texts.instances,
          value: p.deployments?.map(({ instance }, i) => (
            <span key={instance}>
              {i > 0 && ', '}
              <InstanceLink cluster={p.cluster} instance={instance} />
            </span>
          )),
        },
        { name: texts.startedBy, value: p.requestedBy ?? p.source },
        { name: texts.branch, value: p.ref },
        { name: texts.commit, value: p.sha.slice(0, 8) },
        {
          name: texts.parent,
          value:
            p.parent === undefined ? undefined : (
              <PipelineLink cluster={p.cluster} pipeline={p.parent}>
                #{p.parent}
              </PipelineLink>
            ),
        },
        { name: texts.created, value: <Time at={p.createdAt} /> },
        { name: texts.duration, value: took(p) || undefined },
        { name: texts.updated, value: <Time at={p.updatedAt} /> },
      ]}
    />
  );
}

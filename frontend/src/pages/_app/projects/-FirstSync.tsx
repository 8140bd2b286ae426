import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '@/api/errors';
import { clusterQuery } from '@/api/queries/fleet';
import { checkProject, projectQuery, syncCluster } from '@/api/queries/projects';
import type { Check, ClusterPage, ProjectPage } from '@/api/types';
import { Failure } from '@/components/Failure';
import { ButtonLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Notice } from '@/components/Notice';
import { Panel } from '@/components/Panel';
import { CheckItem } from '@/components/projects/CheckList';
import projects from '@/components/projects/projects.module.css';
import type { Look } from '@/components/status/looks';
import { Actions } from '@/components/ui/Actions';
import { parseTime } from '@/lib/time';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

/** The first reading of a project that was just added, as it goes on, until its instances are there. */
export function FirstSync({ cluster, warning }: { cluster: string; warning: string | undefined }) {
  const queryClient = useQueryClient();
  const [turn, setTurn] = useState(0);
  const [failure, setFailure] = useState<Error | null>(null);
  const [asking, setAsking] = useState(true);
  const page = useQuery({ ...clusterQuery(cluster), refetchInterval: asking ? 700 : 5_000 });
  const project = useQuery(projectQuery(cluster));
  useEffect(() => {
    const own = new AbortController();
    bring(cluster, own.signal)
      .catch((cause: unknown) => {
        if (!own.signal.aborted) setFailure(cause instanceof Error ? cause : new Error(String(cause)));
      })
      .finally(() => {
        if (own.signal.aborted) return;
        setAsking(false);
        void queryClient.invalidateQueries();
      });
    return () => own.abort();
  }, [cluster, turn, queryClient]);
  return (
    <div className={`stack ${classes.form}`}>
      <Panel title={texts.firstSync}>
        <Loaded query={page} what={texts.theCluster}>
          {(shown) => <Steps page={shown} project={project.data} asking={asking} warning={warning} />}
        </Loaded>
      </Panel>
      {failure && !asking && (
        <Failure
          error={failure}
          what={texts.couldntFinishTheFirstSync}
          onRetry={() => {
            setFailure(null);
            setAsking(true);
            setTurn((before) => before + 1);
          }}
        />
      )}
      <Actions align="start">
        <ButtonLink to="/clusters/$cluster" params={{ cluster }} size="sm">
          {texts.viewCluster}
        </ButtonLink>
        <ButtonLink to="/administration/projects/$cluster" params={{ cluster }} size="sm" variant="default">
          {texts.projectSettings}
        </ButtonLink>
        <ButtonLink to="/projects/new" search={{}} size="sm" variant="default">
          {texts.addAnother}
        </ButtonLink>
      </Actions>
    </div>
  );
}

/** Reads the project, then checks what Ocim installed at GitLab. */
async function bring(cluster: string, signal: AbortSignal): Promise<void> {
  const { error } = await syncCluster(cluster, signal);
  await checkProject(cluster, undefined, signal);
  if (error !== undefined) throw new ApiError(503, error, undefined);
}

type Place = 'done' | 'now' | 'ahead' | 'failed' | 'skipped';

const looks: Record<Place, Look> = {
  done: { shape: 'check', tone: 'ok', word: texts.done },
  now: { shape: 'spin', tone: 'busy', word: texts.inProgress },
  ahead: { shape: 'dashed', tone: 'quiet', word: texts.upcoming },
  failed: { shape: 'cross', tone: 'bad', word: texts.failed },
  skipped: { shape: 'slash', tone: 'quiet', word: texts.skipped },
};

interface StepsProps {
  page: ClusterPage;
  project: ProjectPage | undefined;
  asking: boolean;
  warning: string | undefined;
}

function Steps({ page: { cluster, instances }, project, asking, warning }: StepsProps) {
  const read = parseTime(cluster.sync.succeededAt) !== undefined;
  const broken = !read && cluster.sync.error !== undefined;
  const reading: Place = read ? 'done' : broken ? 'failed' : asking ? 'now' : 'ahead';
  const after = (check: Check['check']): [Place, ReactNode] => {
    const found = project?.health.checks.find((c) => c.check === check);
    if (!found) return [asking ? (read ? 'now' : 'ahead') : 'ahead', undefined];
    const place = { passed: 'done', failed: 'failed', skipped: 'skipped' } as const;
    return [place[found.state], [found.detail, found.cure].filter(Boolean).join(' ') || undefined];
  };
  const steps: [string, Place, ReactNode][] = [
    [texts.addedToOcim, 'done', texts.asItsCredentialsAreEncrypted(cluster.id)],
    [
      texts.repositoryRead,
      reading,
      read ? texts.atCommit(cluster.sync.commit?.slice(0, 8) ?? '') : broken ? cluster.sync.error : undefined,
    ],
    [
      texts.instancesFound,
      read ? 'done' : instances.length > 0 ? 'now' : 'ahead',
      instances.length > 0
        ? `${instances.length}: ${instances
            .slice(0, 5)
            .map((i) => i.name)
            .join(', ')}${instances.length > 5 ? '…' : ''}`
        : read
          ? texts.noInstancesYetInstancesIs
          : undefined,
    ],
    [texts.webhookInstalled, ...after('webhook')],
    [texts.deployKey, ...after('deployKey')],
    [texts.openfaasGateway, ...after('gateway')],
  ];
  return (
    <>
      {warning !== undefined && (
        <div role="status" className={classes.warning}>
          <Notice tone="warn">{warning}</Notice>
        </div>
      )}
      <ol className={projects.checks} aria-label={texts.progress}>
        {steps.map(([name, place, about]) => (
          <CheckItem key={name} name={name} look={looks[place]}>
            {about !== undefined && <p className={projects.detail}>{about}</p>}
          </CheckItem>
        ))}
      </ol>
    </>
  );
}

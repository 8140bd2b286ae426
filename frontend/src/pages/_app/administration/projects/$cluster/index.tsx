import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { clusterQuery } from '@/api/queries/fleet';
import { checkProject, projectQuery, syncCluster } from '@/api/queries/projects';
import type { CheckName, ProjectPage } from '@/api/types';
import { Facts } from '@/components/Facts';
import { Failure } from '@/components/Failure';
import { Problems } from '@/components/files/Problems';
import { OutLink } from '@/components/OutLink';
import { Panel } from '@/components/Panel';
import { InstanceLink } from '@/components/places';
import { CheckList } from '@/components/projects/CheckList';
import { checkNames, summary } from '@/components/projects/checks';
import { knownRuns } from '@/components/projects/health';
import { LeftOut } from '@/components/projects/LeftOut';
import { useChecks } from '@/components/projects/useChecks';
import { SmallButton } from '@/components/SmallButton';
import { SyncNote } from '@/components/SyncNote';
import { Time } from '@/components/Time';
import { showToast } from '@/components/showToast';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import { useMay } from '@/components/useMe';
import { oneOf, searchOf } from '@/lib/readSearch';
import { Credentials } from '../-Credentials';
import { type ProjectAction, projectActions } from '../-actions';
import classes from '../-projects.module.css';
import { ProjectFrame } from '../-ProjectFrame';
import * as texts from '@/texts/projects';

const CredentialDialog = lazy(() => import('../-CredentialDialog'));
const RemoveDialog = lazy(() => import('../-RemoveDialog'));

export const Route = createFileRoute('/_app/administration/projects/$cluster/')({
  /** The dialog that is open. */
  validateSearch: searchOf({ do: oneOf(projectActions) }),
  component: ProjectRoute,
});

function ProjectRoute() {
  const { cluster } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const administrator = useMay('administrator', cluster);
  const queryClient = useQueryClient();
  const checks = useChecks();
  const refresh = () => queryClient.invalidateQueries({ queryKey: projectQuery(cluster).queryKey });
  const sync = useMutation({
    mutationFn: () => syncCluster(cluster),
    onSuccess: ({ error }) => {
      if (error === undefined) showToast(texts.synced2(cluster));
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
  const check = (names: readonly CheckName[]) =>
    void checks.run(names, (name, signal) => checkProject(cluster, name, signal)).then(refresh, refresh);
  const open = (what: ProjectAction | undefined) => void navigate({ search: { do: what }, replace: true });
  const action = administrator ? search.do : undefined;
  return (
    <ProjectFrame
      cluster={cluster}
      actions={
        <Button loading={sync.isPending} onClick={() => sync.mutate()}>
          {texts.syncNow}
        </Button>
      }
    >
      {(page) => {
        const runs = knownRuns(page.health).map((known) => checks.runs.get(known.name) ?? known);
        return (
          <>
            {sync.error && <Failure error={sync.error} what={texts.couldntSyncTheProject} />}
            <SyncNote sync={page.sync} />
            <LeftOut cluster={cluster} />
            <Panel title={texts.project}>
              <ProjectFacts page={page} />
            </Panel>
            <div className={classes.columns}>
              <Panel
                title={texts.checks}
                note={<span role="status">{summary(runs)}</span>}
                actions={
                  <SmallButton disabled={checks.busy} onClick={() => check(checkNames)}>
                    {texts.checkAll}
                  </SmallButton>
                }
              >
                <CheckList
                  label={texts.checks}
                  runs={runs}
                  busy={checks.busy}
                  onAgain={(name) => check([name])}
                />
              </Panel>
              <div className="stack">
                {administrator && <Credentials page={page} onDo={open} />}
                <FileProblems cluster={cluster} />
                {administrator && (
                  <Panel title={texts.removeFromOcim2}>
                    <p className="small">{texts.ocimDeletesTheProjectIts}</p>
                    <Actions align="start" apart>
                      <Button
                        variant="default"
                        className={classes.danger ?? ''}
                        onClick={() => open('remove')}
                      >
                        {texts.remove}
                      </Button>
                    </Actions>
                  </Panel>
                )}
              </div>
            </div>
            <Suspense fallback={null}>
              {action === 'remove' && <RemoveDialog project={page.project} onClose={() => open(undefined)} />}
              {action !== undefined && action !== 'remove' && (
                <CredentialDialog
                  key={action}
                  project={page.project}
                  action={action}
                  onDone={(changed) => check(changed)}
                  onClose={() => open(undefined)}
                />
              )}
            </Suspense>
          </>
        );
      }}
    </ProjectFrame>
  );
}

function ProjectFacts({ page: { project, sync, health } }: { page: ProjectPage }) {
  return (
    <Facts
      facts={[
        {
          name: texts.gitlabProject,
          value: <OutLink href={project.webUrl}>{project.path}</OutLink>,
          note: texts.id(project.gitlabId),
        },
        { name: texts.server, value: project.gitlabUrl },
        { name: texts.defaultBranch, value: project.defaultBranch },
        { name: texts.lastSync, value: <Time at={sync.succeededAt} />, note: sync.commit?.slice(0, 8) },
        { name: texts.lastAttempt, value: <Time at={sync.triedAt} /> },
        { name: texts.gateway, value: project.gatewayUrl },
        {
          name: texts.apiToken,
          value:
            health.tokenExpiresAt === undefined ? (
              texts.noExpiryDate
            ) : (
              <Time at={health.tokenExpiresAt} ahead prefix={texts.expires2} />
            ),
        },
        { name: texts.added, value: <Time at={project.createdAt} /> },
      ]}
    />
  );
}

/** What is wrong in the files of the project: the cluster's own, then its instances'. */
function FileProblems({ cluster }: { cluster: string }) {
  const { data } = useQuery(clusterQuery(cluster));
  const own = data?.cluster.problems ?? [];
  const instances = (data?.instances ?? []).filter((i) => (i.problems?.length ?? 0) > 0);
  if (own.length === 0 && instances.length === 0) return null;
  return (
    <Panel title={texts.problemsInFiles}>
      <div className="stack gap-10">
        <Problems problems={own} />
        {instances.map((instance) => (
          <div key={instance.name} className="stack gap-6">
            <p className="small">
              <InstanceLink cluster={cluster} instance={instance.name} />
            </p>
            <Problems problems={instance.problems ?? []} />
          </div>
        ))}
      </div>
    </Panel>
  );
}

import { useDebouncedValue } from '@mantine/hooks';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api, session } from '@/api/client';
import { treeQuery } from '@/api/queries/fleet';
import { usersQuery } from '@/api/queries/identity';
import { pipelineQuery } from '@/api/queries/pipelines';
import { stateOf } from '@/api/status';
import type { AskedAction } from '../operations/asked';
import { may } from '../roles';
import { operationWords, pipelineLook, stateLooks } from '../status/looks';
import { useMay, useMaySomewhere, useMe } from '../useMe';
import type { Entry } from './entries';
import { readRecent } from './recent';
import { useColorScheme } from '@/theme/useColorScheme';
import * as texts from '@/texts/frame';

const broken = new Set(['failed', 'degraded']);

/** What the palette finds without asking: pages, clusters, instances, and what can be done to them. */
export function useEntries(onHelp: () => void): Entry[] {
  const router = useRouter();
  const me = useMe();
  const operator = useMaySomewhere('operator');
  const administrator = useMay('administrator');
  const { data: tree } = useQuery(treeQuery);
  const users = useQuery({ ...usersQuery, enabled: administrator });
  const [, setColorScheme] = useColorScheme();
  return useMemo(() => {
    const page = (to: string, label: string): Entry => ({
      kind: texts.pages,
      id: to,
      label,
      run: () => void router.navigate({ to }),
    });
    const command = (label: string, run: () => void): Entry => ({
      kind: texts.commands,
      id: label,
      label,
      run,
    });
    const fixed = [
      page('/overview', texts.overview),
      page('/instances', texts.instances),
      page('/clusters', texts.clusters),
      page('/activity', texts.activity),
      page('/bulk', texts.bulkChanges),
      page('/account', texts.accountAndSessions),
      page('/account/tokens', texts.apiTokens),
      page('/account/notifications', texts.notifications),
      ...(operator ? [page('/administration/projects', texts.gitlabProjects)] : []),
      ...(administrator
        ? [
            page('/administration/users', texts.users),
            page('/administration/audit', texts.audit),
            page('/administration/installation', texts.installation),
            command(texts.inviteSomeone, () => void router.navigate({ to: '/administration/invitations' })),
            command(texts.addGitlabProject, () => void router.navigate({ to: '/projects/new' })),
          ]
        : []),
      command(texts.lightTheme, () => setColorScheme('light')),
      command(texts.darkTheme, () => setColorScheme('dark')),
      command(texts.keyboardShortcuts, onHelp),
      command(texts.logOut, () => void session.leave()),
    ];
    const clusters = tree?.clusters ?? [];
    const recent = readRecent();
    const places = clusters.flatMap((cluster): Entry[] => {
      const params = { cluster: cluster.id };
      const allowed = me !== undefined && may(me, 'operator', cluster.id);
      return [
        {
          kind: texts.clusters,
          id: cluster.id,
          label: cluster.name,
          run: () => void router.navigate({ to: '/clusters/$cluster', params }),
        },
        ...(allowed
          ? [
              command(
                texts.deployANewInstanceOn(cluster.name),
                () => void router.navigate({ to: '/clusters/$cluster/deploy', params }),
              ),
            ]
          : []),
        ...cluster.instances.flatMap((leaf): Entry[] => {
          const id = `${cluster.id}/${leaf.name}`;
          const at = { cluster: cluster.id, instance: leaf.name };
          const state = stateOf(leaf);
          const place: Omit<Entry, 'kind'> = {
            id,
            label: leaf.name,
            about: cluster.name,
            look: stateLooks[state],
            run: () => void router.navigate({ to: '/clusters/$cluster/instances/$instance', params: at }),
          };
          const as = (kind: Entry['kind']): Entry => ({ ...place, kind });
          return [
            as(texts.instances),
            ...(broken.has(state) ? [as(texts.needsAttention)] : []),
            ...(recent.includes(id) ? [as(texts.recent)] : []),
            ...(allowed ? actionsOn(leaf, at) : []),
          ];
        }),
      ];
    });
    const people = (users.data?.users ?? []).map(({ id, name, email }): Entry => ({
      kind: texts.people,
      id,
      label: name,
      about: email,
      run: () => void router.navigate({ to: '/administration/audit', search: { user: id } }),
    }));
    return [...places, ...people, ...fixed];

    function actionsOn(
      { name, lifecycle }: { name: string; lifecycle: string },
      params: { cluster: string; instance: string },
    ): Entry[] {
      const action = (word: string, run: () => void): Entry => ({
        kind: texts.actions,
        id: `${word} ${params.cluster}/${name}`,
        label: texts.actionOn(word, name),
        about: params.cluster,
        run,
      });
      const dialog = (kind: AskedAction, word: string) =>
        action(
          word,
          () =>
            void router.navigate({
              to: '/clusters/$cluster/instances/$instance',
              params,
              search: { ask: kind },
            }),
        );
      if (lifecycle === 'archived') return [dialog('unarchive', operationWords.unarchive)];
      if (lifecycle !== 'active') return [];
      return [
        action(
          operationWords.update,
          () => void router.navigate({ to: '/clusters/$cluster/instances/$instance/update', params }),
        ),
        dialog('rollBack', texts.rollBack),
        dialog('archive', operationWords.archive),
      ];
    }
  }, [tree, me, users.data, operator, administrator, router, setColorScheme, onHelp]);
}

const pause = 200;
const numbered = /^#?(\d{1,12})$/;

/** What the palette asks for: a pipeline by its number, releases, and instances by their configuration. */
export function useFound(text: string): Entry[] {
  const router = useRouter();
  const [typed] = useDebouncedValue(text.trim(), pause);
  const { data: tree } = useQuery(treeQuery);
  const number = Number(numbered.exec(typed)?.[1] ?? 0);
  const pipelines = useQueries({
    queries: (number === 0 ? [] : (tree?.clusters ?? [])).map(({ id }) => ({
      ...pipelineQuery(id, number),
      retry: false,
      refetchInterval: false as const,
    })),
  });
  const filter = useQuery({
    queryKey: ['palette', typed],
    queryFn: async ({ signal }) => {
      const list = (setting: string[]) =>
        api.get('/clusters/v1/instances', { signal, params: { query: { setting, limit: 1 } } });
      const [all, matching] = await Promise.all([list([]), list([typed])]);
      return { releases: all.facets.releases, total: matching.total };
    },
    enabled: typed.length > 1 && number === 0,
    retry: false,
  });
  const found = pipelines.flatMap(({ data }): Entry[] => {
    if (!data) return [];
    const { cluster, id, status, deployments = [], title = '' } = data.pipeline;
    return [
      {
        kind: texts.pipelines,
        id: `${cluster}/${id}`,
        label: texts.pipeline(id),
        always: true,
        about: `${deployments[0]?.instance ?? title} ${cluster}`,
        look: pipelineLook(status),
        run: () =>
          void router.navigate({
            to: '/clusters/$cluster/pipelines/$pipeline',
            params: { cluster, pipeline: String(id) },
          }),
      },
    ];
  });
  const releases = Object.entries(filter.data?.releases ?? {}).map(([release, count]): Entry => ({
    kind: texts.releases,
    id: release,
    label: release,
    about: texts.count(count),
    run: () => void router.navigate({ to: '/instances', search: { release: [release] } }),
  }));
  const total = filter.data?.total ?? 0;
  if (total === 0) return [...found, ...releases];
  const configured: Entry = {
    kind: texts.configuration,
    id: typed,
    label: texts.configured(typed),
    about: texts.count(total),
    always: true,
    run: () => void router.navigate({ to: '/instances', search: { setting: [typed] } }),
  };
  return [...found, ...releases, configured];
}

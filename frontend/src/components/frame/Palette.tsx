import '@mantine/spotlight/styles.css';
import { useMantineColorScheme } from '@mantine/core';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { session } from '@/api/client';
import { treeQuery } from '@/api/queries/fleet';
import { stateOf } from '@/api/status';
import { stateLooks } from '../status/looks';
import { Status } from '../status/Status';
import { useMay, useMaySomewhere } from '../useMe';
import { type Entry, search } from './entries';
import classes from './frame.module.css';
import * as texts from '@/texts/frame';

const [store, palette] = createSpotlight();

interface PaletteProps {
  onClose: () => void;
  onHelp: () => void;
}

/** Search or run: pages, clusters, instances and commands by a few letters. */
export default function Palette({ onClose, onHelp }: PaletteProps) {
  const [text, setText] = useState('');
  const entries = useEntries(onHelp);
  useEffect(() => palette.open(), []);
  const groups = search(entries, text);
  return (
    <Spotlight.Root
      store={store}
      query={text}
      onQueryChange={setText}
      onSpotlightClose={onClose}
      shortcut={null}
      scrollable
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      attributes={{ content: { 'aria-label': texts.searchOrRun2 } }}
    >
      <Spotlight.Search
        placeholder={texts.searchInstancesClustersPagesAnd}
        aria-label={texts.searchOrRun2}
        leftSection={<IconSearch size={18} stroke={1.7} />}
      />
      <Spotlight.ActionsList>
        {groups.map(({ kind, found }) => (
          <Spotlight.ActionsGroup key={kind} label={kind}>
            {found.map((entry) => (
              <Spotlight.Action
                key={`${kind} ${entry.id}`}
                className={classes.found ?? ''}
                label={entry.label}
                {...(entry.about === undefined ? {} : { description: entry.about })}
                rightSection={entry.state && <Status look={stateLooks[entry.state]} />}
                onClick={entry.run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>{texts.noResults}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function useEntries(onHelp: () => void): Entry[] {
  const router = useRouter();
  const operator = useMaySomewhere('operator');
  const administrator = useMay('administrator');
  const { data: tree } = useQuery(treeQuery);
  const { setColorScheme } = useMantineColorScheme();
  return useMemo(() => {
    const commands: Entry[] = [
      {
        kind: texts.pages,
        id: 'overview',
        label: texts.overview,
        run: () => void router.navigate({ to: '/overview' }),
      },
      {
        kind: texts.pages,
        id: 'instances',
        label: texts.instances,
        run: () => void router.navigate({ to: '/instances' }),
      },
      {
        kind: texts.pages,
        id: 'clusters',
        label: texts.clusters,
        run: () => void router.navigate({ to: '/clusters' }),
      },
      {
        kind: texts.pages,
        id: 'activity',
        label: texts.activity,
        run: () => void router.navigate({ to: '/activity' }),
      },
      {
        kind: texts.pages,
        id: 'bulk',
        label: texts.bulkChanges,
        run: () => void router.navigate({ to: '/bulk' }),
      },
      {
        kind: texts.pages,
        id: 'account',
        label: texts.accountAndSessions,
        run: () => void router.navigate({ to: '/account' }),
      },
      {
        kind: texts.pages,
        id: 'tokens',
        label: texts.apiTokens,
        run: () => void router.navigate({ to: '/account/tokens' }),
      },
      {
        kind: texts.pages,
        id: 'notifications',
        label: texts.notifications,
        run: () => void router.navigate({ to: '/account/notifications' }),
      },
      { kind: texts.commands, id: 'light', label: texts.lightTheme, run: () => setColorScheme('light') },
      { kind: texts.commands, id: 'dark', label: texts.darkTheme, run: () => setColorScheme('dark') },
      { kind: texts.commands, id: 'keys', label: texts.keyboardShortcuts, run: onHelp },
      { kind: texts.commands, id: 'out', label: texts.logOut, run: () => void session.leave() },
    ];
    if (operator) {
      commands.push({
        kind: texts.pages,
        id: 'projects',
        label: texts.gitlabProjects,
        run: () => void router.navigate({ to: '/administration/projects' }),
      });
    }
    if (administrator) {
      commands.push(
        {
          kind: texts.pages,
          id: 'users',
          label: texts.users,
          run: () => void router.navigate({ to: '/administration/users' }),
        },
        {
          kind: texts.pages,
          id: 'audit',
          label: texts.audit,
          run: () => void router.navigate({ to: '/administration/audit' }),
        },
        {
          kind: texts.pages,
          id: 'installation',
          label: texts.installation,
          run: () => void router.navigate({ to: '/administration/installation' }),
        },
        {
          kind: texts.commands,
          id: 'add',
          label: texts.addGitlabProject,
          run: () => void router.navigate({ to: '/projects/new' }),
        },
      );
    }
    const places = (tree?.clusters ?? []).flatMap((cluster): Entry[] => [
      {
        kind: texts.clusters,
        id: cluster.id,
        label: cluster.name,
        run: () => void router.navigate({ to: '/clusters/$cluster', params: { cluster: cluster.id } }),
      },
      {
        kind: texts.commands,
        id: texts.deploy(cluster.id),
        label: texts.deployANewInstanceOn(cluster.name),
        run: () => void router.navigate({ to: '/clusters/$cluster/deploy', params: { cluster: cluster.id } }),
      },
      ...cluster.instances.map((leaf): Entry => ({
        kind: texts.instances,
        id: `${cluster.id}/${leaf.name}`,
        label: leaf.name,
        about: cluster.name,
        state: stateOf(leaf),
        run: () =>
          void router.navigate({
            to: '/clusters/$cluster/instances/$instance',
            params: { cluster: cluster.id, instance: leaf.name },
          }),
      })),
    ]);
    return [...places, ...commands];
  }, [tree, operator, administrator, router, setColorScheme, onHelp]);
}

import '@mantine/spotlight/styles.css';
import { useMantineColorScheme } from '@mantine/core';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { session } from '@/api/client';
import { treeQuery } from '@/api/queries/fleet';
import { urgencyOf } from '@/api/status';
import { urgencyLooks } from '../status/looks';
import { Status } from '../status/Status';
import { useMay, useMaySomewhere } from '../useMe';
import { type Entry, search } from './entries';
import classes from './frame.module.css';

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
      attributes={{ content: { 'aria-label': 'Search or run' } }}
    >
      <Spotlight.Search
        placeholder="An instance, a cluster, a page or a command…"
        aria-label="Search or run"
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
                rightSection={entry.urgency && <Status look={urgencyLooks[entry.urgency]} />}
                onClick={entry.run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>Nothing of that name.</Spotlight.Empty>}
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
        kind: 'Pages',
        id: 'overview',
        label: 'Overview',
        run: () => void router.navigate({ to: '/overview' }),
      },
      {
        kind: 'Pages',
        id: 'instances',
        label: 'Instances',
        run: () => void router.navigate({ to: '/instances' }),
      },
      {
        kind: 'Pages',
        id: 'clusters',
        label: 'Clusters',
        run: () => void router.navigate({ to: '/clusters' }),
      },
      {
        kind: 'Pages',
        id: 'activity',
        label: 'Activity',
        run: () => void router.navigate({ to: '/activity' }),
      },
      {
        kind: 'Pages',
        id: 'bulk',
        label: 'Bulk changes',
        run: () => void router.navigate({ to: '/bulk' }),
      },
      {
        kind: 'Pages',
        id: 'account',
        label: 'Account and sessions',
        run: () => void router.navigate({ to: '/account' }),
      },
      {
        kind: 'Pages',
        id: 'tokens',
        label: 'API tokens',
        run: () => void router.navigate({ to: '/account/tokens' }),
      },
      {
        kind: 'Pages',
        id: 'notifications',
        label: 'Notifications',
        run: () => void router.navigate({ to: '/account/notifications' }),
      },
      { kind: 'Commands', id: 'light', label: 'Light theme', run: () => setColorScheme('light') },
      { kind: 'Commands', id: 'dark', label: 'Dark theme', run: () => setColorScheme('dark') },
      { kind: 'Commands', id: 'keys', label: 'Keyboard shortcuts', run: onHelp },
      { kind: 'Commands', id: 'out', label: 'Log out', run: () => void session.leave() },
    ];
    if (operator) {
      commands.push({
        kind: 'Pages',
        id: 'projects',
        label: 'GitLab projects',
        run: () => void router.navigate({ to: '/administration/projects' }),
      });
    }
    if (administrator) {
      commands.push(
        {
          kind: 'Pages',
          id: 'users',
          label: 'Users',
          run: () => void router.navigate({ to: '/administration/users' }),
        },
        {
          kind: 'Pages',
          id: 'audit',
          label: 'Audit',
          run: () => void router.navigate({ to: '/administration/audit' }),
        },
        {
          kind: 'Commands',
          id: 'add',
          label: 'Add GitLab project',
          run: () => void router.navigate({ to: '/projects/new' }),
        },
      );
    }
    const places = (tree?.clusters ?? []).flatMap((cluster): Entry[] => [
      {
        kind: 'Clusters',
        id: cluster.id,
        label: cluster.name,
        run: () => void router.navigate({ to: '/clusters/$cluster', params: { cluster: cluster.id } }),
      },
      {
        kind: 'Commands',
        id: `deploy ${cluster.id}`,
        label: `Deploy a new instance on ${cluster.name}`,
        run: () => void router.navigate({ to: '/clusters/$cluster/deploy', params: { cluster: cluster.id } }),
      },
      ...cluster.instances.map((leaf): Entry => ({
        kind: 'Instances',
        id: `${cluster.id}/${leaf.name}`,
        label: leaf.name,
        about: cluster.name,
        urgency: urgencyOf(leaf),
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

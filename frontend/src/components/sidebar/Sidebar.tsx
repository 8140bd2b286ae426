import { useLocalStorage } from '@mantine/hooks';
import {
  IconActivity,
  IconAlertTriangle,
  IconChevronRight,
  IconFilter,
  IconGauge,
  IconGitBranch,
  IconHeartbeat,
  IconListDetails,
  IconServer2,
  IconShieldCheck,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useDeferredValue, useId, useState } from 'react';
import { treeQuery } from '@/api/queries/fleet';
import { Loaded } from '../Loaded';
import { Loading } from '../Loading';
import { LogoMark } from '../Logo';
import { IconButton } from '../ui/Button';
import { CloseButton } from '../ui/CloseButton';
import { TextInput } from '../ui/Field';
import { useMay, useMaySomewhere } from '../useMe';
import classes from './sidebar.module.css';
import * as texts from '@/texts/frame';

// It comes while the clusters are loaded: no page waits for what draws a long list.
const ClusterTree = lazy(async () => ({ default: (await import('./ClusterTree')).ClusterTree }));

/** Where one can go: the pages, and every cluster with its instances. */
export function Sidebar() {
  const query = useQuery(treeQuery);
  const [filter, setFilter] = useState('');
  const calm = useDeferredValue(filter);
  const [problemsOnly, setProblemsOnly] = useLocalStorage({
    key: 'ocim-tree-problems-only',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  return (
    <div className={classes.sidebar}>
      <Link to="/overview" className={`line ${classes.brand}`} aria-label={texts.ocimHome}>
        <LogoMark />
        <span>{texts.ocim}</span>
      </Link>
      <Pages />
      <div className={classes.filter}>
        <TextInput
          size="sm"
          aria-label={texts.filterClustersAndInstances}
          placeholder={texts.filterClustersAndInstances}
          value={filter}
          onChange={(event) => {
            setFilter(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setFilter('');
          }}
          leftSection={<IconFilter size={14} stroke={1.7} />}
          rightSection={
            filter !== '' && (
              <CloseButton size={24} aria-label={texts.clearFilter} onClick={() => setFilter('')} />
            )
          }
        />
        <IconButton
          size={32}
          variant={problemsOnly ? 'light' : 'subtle'}
          aria-label={texts.problemsOnly}
          title={texts.problemsOnly}
          aria-pressed={problemsOnly}
          onClick={() => setProblemsOnly(!problemsOnly)}
        >
          <IconAlertTriangle size={16} stroke={1.7} />
        </IconButton>
      </div>
      <div className={classes.contents}>
        <Loaded query={query} what={texts.theClusters} lines={8}>
          {(tree) => (
            <Suspense fallback={<Loading lines={8} />}>
              <ClusterTree tree={tree} filter={calm} problemsOnly={problemsOnly} />
            </Suspense>
          )}
        </Loaded>
      </div>
    </div>
  );
}

/** The pages by group: the fleet, what happens in it, and administration, which opens on demand. */
function Pages() {
  const operator = useMaySomewhere('operator');
  const administrator = useMay('administrator');
  return (
    <nav aria-label={texts.pages} className={classes.pages}>
      <ul aria-label={texts.fleet}>
        <Item to="/overview" icon={<IconGauge {...icon} />} word={texts.overview} />
        <Item to="/instances" icon={<IconListDetails {...icon} />} word={texts.instances} />
        <Item to="/clusters" icon={<IconServer2 {...icon} />} word={texts.clusters} exact />
      </ul>
      <ul aria-label={texts.activity}>
        <Item to="/activity" icon={<IconActivity {...icon} />} word={texts.activity} />
        <Item to="/bulk" icon={<IconStack2 {...icon} />} word={texts.bulkChanges} />
      </ul>
      {operator && (
        <Group title={texts.administration} under="/administration">
          <Item
            to="/administration/projects"
            icon={<IconGitBranch {...icon} />}
            word={texts.gitlabProjects}
          />
          {administrator && (
            <>
              <Item to="/administration/users" icon={<IconUsers {...icon} />} word={texts.people} />
              <Item to="/administration/audit" icon={<IconShieldCheck {...icon} />} word={texts.audit} />
              <Item
                to="/administration/installation"
                icon={<IconHeartbeat {...icon} />}
                word={texts.installation}
              />
            </>
          )}
        </Group>
      )}
    </nav>
  );
}

const icon = { size: 16, stroke: 1.7 };

interface ItemProps {
  to:
    | '/overview'
    | '/instances'
    | '/clusters'
    | '/activity'
    | '/bulk'
    | '/administration/projects'
    | '/administration/users'
    | '/administration/audit'
    | '/administration/installation';
  icon: ReactNode;
  word: string;
  exact?: boolean;
}

function Item({ to, icon: mark, word, exact = false }: ItemProps) {
  return (
    <li>
      <Link to={to} className={`line gap-10 ${classes.page}`} activeOptions={{ exact, includeSearch: false }}>
        {mark}
        {word}
      </Link>
    </li>
  );
}

interface GroupProps {
  title: string;
  /** Path of its pages: the group is open on each of them. */
  under: string;
  children: ReactNode;
}

function Group({ title, under, children }: GroupProps) {
  const id = useId();
  const here = useLocation().pathname.startsWith(under);
  const [kept, keep] = useLocalStorage({
    key: 'ocim-administration-open',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const open = here || kept;
  return (
    <div>
      <button
        type="button"
        className={`line gap-10 small dim ${classes.group}`}
        aria-expanded={open}
        aria-controls={id}
        disabled={here}
        onClick={() => keep(!kept)}
      >
        <IconChevronRight size={14} stroke={2} aria-hidden="true" />
        {title}
      </button>
      <ul id={id} aria-label={title} hidden={!open}>
        {children}
      </ul>
    </div>
  );
}

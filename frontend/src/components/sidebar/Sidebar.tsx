import { CloseButton, TextInput } from '@mantine/core';
import {
  IconActivity,
  IconFilter,
  IconGauge,
  IconGitBranch,
  IconListDetails,
  IconServer2,
  IconSettings,
  IconShieldCheck,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { treeQuery } from '@/api/queries/fleet';
import { Loaded } from '../Loaded';
import { LogoMark } from '../Logo';
import { useMay, useMaySomewhere } from '../useMe';
import { ClusterTree } from './ClusterTree';
import classes from './sidebar.module.css';

/** Where one can go: the pages, and every cluster with its instances. */
export function Sidebar() {
  const query = useQuery(treeQuery);
  const operator = useMaySomewhere('operator');
  const administrator = useMay('administrator');
  const [filter, setFilter] = useState('');
  const calm = useDeferredValue(filter);
  return (
    <div className={classes.sidebar}>
      <Link to="/instances" className={classes.brand} aria-label="Ocim, to the instances">
        <LogoMark />
        <span>Ocim</span>
      </Link>
      <nav aria-label="Pages" className={classes.pages}>
        <Link to="/overview" className={classes.page}>
          <IconGauge size={16} stroke={1.7} />
          Overview
        </Link>
        <Link to="/instances" className={classes.page} activeOptions={{ includeSearch: false }}>
          <IconListDetails size={16} stroke={1.7} />
          Instances
        </Link>
        <Link to="/clusters" className={classes.page} activeOptions={{ exact: true }}>
          <IconServer2 size={16} stroke={1.7} />
          Clusters
        </Link>
        <Link to="/activity" className={classes.page} activeOptions={{ includeSearch: false }}>
          <IconActivity size={16} stroke={1.7} />
          Activity
        </Link>
        <Link to="/bulk" className={classes.page}>
          <IconStack2 size={16} stroke={1.7} />
          Bulk changes
        </Link>
        {operator && (
          <Link
            to="/administration/projects"
            className={classes.page}
            activeOptions={{ includeSearch: false }}
          >
            <IconGitBranch size={16} stroke={1.7} />
            GitLab projects
          </Link>
        )}
        {administrator && (
          <Link to="/administration/users" className={classes.page}>
            <IconUsers size={16} stroke={1.7} />
            People
          </Link>
        )}
        {administrator && (
          <Link to="/administration/audit" className={classes.page} activeOptions={{ includeSearch: false }}>
            <IconShieldCheck size={16} stroke={1.7} />
            Audit
          </Link>
        )}
        <Link to="/account" className={classes.page}>
          <IconSettings size={16} stroke={1.7} />
          Settings
        </Link>
      </nav>
      <div className={classes.filter}>
        <TextInput
          size="xs"
          aria-label="Filter clusters and instances"
          placeholder="Filter clusters and instances"
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
              <CloseButton size="sm" aria-label="Clear the filter" onClick={() => setFilter('')} />
            )
          }
        />
      </div>
      <div className={classes.contents}>
        <Loaded query={query} what="The clusters" lines={8}>
          {(tree) => <ClusterTree tree={tree} filter={calm} />}
        </Loaded>
      </div>
    </div>
  );
}

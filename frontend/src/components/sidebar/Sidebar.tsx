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
import * as texts from '@/texts/frame';

/** Where one can go: the pages, and every cluster with its instances. */
export function Sidebar() {
  const query = useQuery(treeQuery);
  const operator = useMaySomewhere('operator');
  const administrator = useMay('administrator');
  const [filter, setFilter] = useState('');
  const calm = useDeferredValue(filter);
  return (
    <div className={classes.sidebar}>
      <Link to="/instances" className={classes.brand} aria-label={texts.ocimToTheInstances}>
        <LogoMark />
        <span>{texts.ocim}</span>
      </Link>
      <nav aria-label={texts.pages} className={classes.pages}>
        <Link to="/overview" className={classes.page}>
          <IconGauge size={16} stroke={1.7} />
          {texts.overview}
        </Link>
        <Link to="/instances" className={classes.page} activeOptions={{ includeSearch: false }}>
          <IconListDetails size={16} stroke={1.7} />
          {texts.instances}
        </Link>
        <Link to="/clusters" className={classes.page} activeOptions={{ exact: true }}>
          <IconServer2 size={16} stroke={1.7} />
          {texts.clusters}
        </Link>
        <Link to="/activity" className={classes.page} activeOptions={{ includeSearch: false }}>
          <IconActivity size={16} stroke={1.7} />
          {texts.activity}
        </Link>
        <Link to="/bulk" className={classes.page}>
          <IconStack2 size={16} stroke={1.7} />
          {texts.bulkChanges}
        </Link>
        {operator && (
          <Link
            to="/administration/projects"
            className={classes.page}
            activeOptions={{ includeSearch: false }}
          >
            <IconGitBranch size={16} stroke={1.7} />
            {texts.gitlabProjects}
          </Link>
        )}
        {administrator && (
          <Link to="/administration/users" className={classes.page}>
            <IconUsers size={16} stroke={1.7} />
            {texts.people}
          </Link>
        )}
        {administrator && (
          <Link to="/administration/audit" className={classes.page} activeOptions={{ includeSearch: false }}>
            <IconShieldCheck size={16} stroke={1.7} />
            {texts.audit}
          </Link>
        )}
        <Link to="/account" className={classes.page}>
          <IconSettings size={16} stroke={1.7} />
          {texts.settings}
        </Link>
      </nav>
      <div className={classes.filter}>
        <TextInput
          size="xs"
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
              <CloseButton size="sm" aria-label={texts.clearTheFilter} onClick={() => setFilter('')} />
            )
          }
        />
      </div>
      <div className={classes.contents}>
        <Loaded query={query} what={texts.theClusters} lines={8}>
          {(tree) => <ClusterTree tree={tree} filter={calm} />}
        </Loaded>
      </div>
    </div>
  );
}

import type { ReactNode } from 'react';
import type { Instance, SortKey } from '@/api/types';
import { OutLink, QuietLink } from '../links';
import { healthLooks, lifecycleLooks, pipelineLook, providerWord } from '../status/looks';
import { Mark } from '../status/Mark';
import { Status } from '../status/Status';
import { Time } from '../Time';
import classes from './instances.module.css';

export interface Column {
  id: string;
  title: string;
  /** How the API sorts by it; absent when it does not. */
  sort?: SortKey;
  /** Which screens are too narrow for it. */
  hide?: 'narrow' | 'middle' | 'wide';
  cell: (instance: Instance) => ReactNode;
}

/** The columns of the list, given each cluster's provider. */
export function fleetColumns(providers: ReadonlyMap<string, string | undefined>): Column[] {
  return [
    nameColumn(true),
    {
      id: 'cluster',
      title: 'Cluster',
      sort: 'cluster',
      hide: 'narrow',
      cell: ({ cluster }) => (
        <QuietLink to="/clusters/$cluster" params={{ cluster }} className={classes.light ?? ''}>
          {cluster}
        </QuietLink>
      ),
    },
    {
      id: 'provider',
      title: 'Provider',
      hide: 'wide',
      cell: ({ cluster }) => <span className={classes.dim}>{providerWord(providers.get(cluster))}</span>,
    },
    ...commonColumns,
  ];
}

/** The columns within one cluster. */
export function clusterColumns(): Column[] {
  return [nameColumn(false), ...commonColumns];
}

function nameColumn(withCluster: boolean): Column {
  return {
    id: 'name',
    title: 'Name',
    sort: 'name',
    cell: (i) => (
      <div className={classes.nameCell}>
        <QuietLink
          to="/clusters/$cluster/instances/$instance"
          params={{ cluster: i.cluster, instance: i.name }}
          data-row
        >
          {i.name}
        </QuietLink>
        {i.problems && (
          <span className={classes.problem} title={i.problems[0]?.message}>
            <Mark shape="triangle" size={12} />
            <span className={classes.hidden}>Its files have problems</span>
          </span>
        )}
        {withCluster && <span className={classes.under}>{i.cluster}</span>}
      </div>
    ),
  };
}

const commonColumns: Column[] = [
  {
    id: 'release',
    title: 'Release',
    sort: 'release',
    hide: 'middle',
    cell: ({ release }) => release ?? <span className={classes.dim}>—</span>,
  },
  {
    id: 'lms',
    title: 'LMS',
    hide: 'wide',
    cell: ({ lmsUrl }) =>
      lmsUrl === undefined ? <span className={classes.dim}>—</span> : <OutLink href={lmsUrl} quiet>{hostOf(lmsUrl)}</OutLink>,
  },
  {
    id: 'lifecycle',
    title: 'Lifecycle',
    hide: 'middle',
    cell: ({ lifecycle }) => <Status look={lifecycleLooks[lifecycle]} />,
  },
  {
    id: 'health',
    title: 'Health',
    sort: 'health',
    cell: ({ health }) => (
      <span title={health.reason}>
        <Status look={healthLooks[health.state]} />
      </span>
    ),
  },
  {
    id: 'pipeline',
    title: 'Latest pipeline',
    sort: 'pipeline',
    hide: 'narrow',
    cell: ({ cluster, pipeline }) =>
      pipeline ? (
        <QuietLink
          to="/clusters/$cluster/pipelines/$pipeline"
          params={{ cluster, pipeline: String(pipeline.id) }}
          className={classes.pipeline ?? ''}
          aria-label={`${pipelineLook(pipeline.status).word}, pipeline ${pipeline.id}`}
        >
          <Status look={pipelineLook(pipeline.status)} />
          <span className={classes.dim}>
            <Time at={pipeline.updatedAt} />
          </span>
        </QuietLink>
      ) : (
        <span className={classes.dim}>None</span>
      ),
  },
  {
    id: 'changed',
    title: 'Changed',
    sort: 'changed',
    hide: 'narrow',
    cell: ({ changedAt }) => (
      <span className={classes.dim}>
        <Time at={changedAt} />
      </span>
    ),
  },
];

export function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

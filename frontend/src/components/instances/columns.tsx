import { IconClock, IconLayoutSidebarRightExpand } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ClusterBranch, Instance, SortKey } from '@/api/types';
import { parseTime, timeOfDay } from '@/lib/time';
import { Hidden } from '../Hidden';
import { QuietLink } from '../links';
import { OutLink } from '../OutLink';
import {
  driftLook,
  healthLooks,
  lifecycleLooks,
  pipelineLook,
  providerWord,
  siteLooks,
} from '../status/looks';
import { Mark } from '../status/Mark';
import { Status } from '../status/Status';
import { Time } from '../Time';
import classes from './instances.module.css';
import { reasonOf } from './reason';
import * as texts from '@/texts/instances';

export interface Column {
  id: string;
  title: ReactNode;
  /** How the API sorts by it; absent when it does not. */
  sort?: SortKey;
  /** Of the table's place, in rem: where it has no more, or shows cards, the column is left out. */
  hide?: 77 | 65 | 53 | 47 | 'card' | undefined;
  /** Whether what is too long for its share of the width is cut. */
  cut?: boolean;
  cell: (instance: Instance) => ReactNode;
}

/** The columns of the list over the whole fleet. */
export function fleetColumns(
  clusters: ReadonlyMap<string, ClusterBranch>,
  onPeek?: (instance: Instance) => void,
): Column[] {
  const staleSince = (cluster: string) => clusters.get(cluster)?.stale?.healthAt;
  return [
    nameColumn((id) => clusters.get(id)?.name ?? id, onPeek),
    {
      id: 'cluster',
      title: texts.cluster,
      sort: 'cluster',
      hide: 'card',
      cell: ({ cluster }) => (
        <QuietLink to="/clusters/$cluster" params={{ cluster }} className={classes.light ?? ''}>
          {clusters.get(cluster)?.name ?? cluster}
        </QuietLink>
      ),
    },
    {
      id: 'provider',
      title: texts.provider,
      hide: 77,
      cell: ({ cluster }) => <span className="dim">{providerWord(clusters.get(cluster)?.provider)}</span>,
    },
    ...commonColumns(staleSince),
  ];
}

/** The columns within one cluster, whose health is stale since a time, or not. */
export function clusterColumns(staleSince: string | undefined): Column[] {
  return [nameColumn(), ...commonColumns(() => staleSince)];
}

/** The name; on narrow screens with its cluster under it. */
function nameColumn(clusterName?: (id: string) => string, onPeek?: (instance: Instance) => void): Column {
  return {
    id: 'name',
    title: texts.name,
    sort: 'name',
    cell: (i) => (
      <div className={`row ${classes.nameCell}`}>
        <QuietLink
          to="/clusters/$cluster/instances/$instance"
          params={{ cluster: i.cluster, instance: i.name }}
          data-row
        >
          {i.name}
        </QuietLink>
        {i.problems && (
          <span data-tone="warn" className="tone" title={i.problems[0]?.message}>
            <Mark shape="triangle" size={12} />
            <Hidden>{texts.problemsInFiles}</Hidden>
          </span>
        )}
        {onPeek && (
          <button
            type="button"
            className={`square dim ${classes.peek}`}
            aria-label={texts.showSummaryOf(i.name)}
            data-peek
            onClick={() => onPeek(i)}
          >
            <IconLayoutSidebarRightExpand size={15} stroke={1.7} aria-hidden="true" />
          </button>
        )}
        {clusterName && <span className={`tiny dim ${classes.under}`}>{clusterName(i.cluster)}</span>}
        {reasonOf(i) !== undefined && (
          <span className={`cut tiny dim ${classes.why}`} title={reasonOf(i)}>
            {reasonOf(i)}
          </span>
        )}
      </div>
    ),
  };
}

const commonColumns = (staleSince: (cluster: string) => string | undefined): Column[] => [
  {
    id: 'release',
    title: texts.release,
    sort: 'release',
    hide: 53,
    cell: ({ release }) => release ?? <span className="dim">—</span>,
  },
  {
    id: 'lms',
    title: texts.lms,
    hide: 65,
    cut: true,
    cell: ({ lmsUrl }) =>
      lmsUrl === undefined ? (
        <span className="dim">—</span>
      ) : (
        <OutLink href={lmsUrl} quiet>
          <span title={hostOf(lmsUrl)}>{hostOf(lmsUrl)}</span>
        </OutLink>
      ),
  },
  {
    id: 'lifecycle',
    title: texts.lifecycle,
    hide: 47,
    cell: ({ lifecycle }) => <Status look={lifecycleLooks[lifecycle]} />,
  },
  {
    id: 'health',
    title: texts.health,
    sort: 'health',
    cell: (instance) => <HealthCell instance={instance} staleSince={staleSince(instance.cluster)} />,
  },
  {
    id: 'pipeline',
    title: texts.latestPipeline,
    sort: 'pipeline',
    hide: 'card',
    cell: ({ cluster, pipeline }) =>
      pipeline ? (
        <QuietLink
          to="/clusters/$cluster/pipelines/$pipeline"
          params={{ cluster, pipeline: String(pipeline.id) }}
          className={`inline ${classes.pipeline}`}
        >
          <Status look={pipelineLook(pipeline.status)} />
          <span className="dim" data-hide={77}>
            <Time at={pipeline.updatedAt} />
          </span>
          <Hidden>{texts.andPipeline(pipeline.id)}</Hidden>
        </QuietLink>
      ) : (
        <span className="dim">{texts.none}</span>
      ),
  },
  {
    id: 'changed',
    title: texts.changed,
    sort: 'changed',
    hide: 'card',
    cell: ({ changedAt }) => (
      <span className="dim">
        <Time at={changedAt} />
      </span>
    ),
  },
];

export function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

interface HealthCellProps {
  instance: Instance;
  /** When its cluster last reported, if that is too long ago. */
  staleSince: string | undefined;
}

/**
 * What runs, marked when the last report is too old to rely on, and when it does not run as it was
 * deployed; once no reports arrive, when the last one did.
 */
function HealthCell({ instance: { health, lifecycle, drift, site }, staleSince }: HealthCellProps) {
  const reported = lifecycle === 'active' ? parseTime(staleSince) : undefined;
  return (
    <span title={health.reason} className={`row ${classes.health}`}>
      <Status look={healthLooks[health.state]} />
      {(site?.state === 'down' || site?.state === 'degraded') && (
        <span data-tone="warn" className="tone" title={site.reason}>
          <Status look={siteLooks[site.state]} />
        </span>
      )}
      {drift && (
        <span data-tone="warn" className="tone" title={texts.driftBecause(drift.reason)}>
          <Mark shape={driftLook.shape} size={13} />
          <Hidden>{texts.drifted(drift.reason)}</Hidden>
        </span>
      )}
      {reported && health.state === 'unknown' && (
        <span className="dim">
          <Time at={staleSince} prefix={texts.lastSeen} />
        </span>
      )}
      {reported && health.state !== 'unknown' && (
        <span className="dim" title={texts.staleDataFrom(timeOfDay(reported))}>
          <IconClock size={13} stroke={1.8} aria-hidden="true" />
          <Hidden>{texts.staleDataFrom2(timeOfDay(reported))}</Hidden>
        </span>
      )}
    </span>
  );
}

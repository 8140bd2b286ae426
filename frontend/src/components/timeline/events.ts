import type { Activity, Operation, Pipeline, Undeployed } from '@/api/types';

type Commit = Undeployed['commits'][number];

/** Something that happened to an instance. */
export type TimelineEvent = { id: string; at: string } & (
  | { kind: 'operation'; operation: Operation }
  | { kind: 'pipeline'; pipeline: Pipeline }
  | { kind: 'commit'; commit: Commit }
  | { kind: 'activity'; activity: Activity }
);

interface Sources {
  operations: readonly Operation[];
  pipelines: readonly Pipeline[];
  /** Commits that no pipeline has deployed. */
  commits: readonly Commit[];
  activity: readonly Activity[];
}

/**
 * All that happened to an instance, newest first. A pipeline that an operation started is part of the
 * operation, and the activity of pipelines repeats them.
 */
export function timelineOf({ operations, pipelines, commits, activity }: Sources): TimelineEvent[] {
  const started = new Set(operations.flatMap((o) => o.pipelines ?? []));
  const known = new Set([...pipelines.map((p) => p.id), ...started]);
  const events: TimelineEvent[] = [
    ...operations.map((operation): TimelineEvent => ({
      id: `operation ${operation.id}`,
      at: operation.requestedAt,
      kind: 'operation',
      operation,
    })),
    ...pipelines
      .filter(({ id, parent }) => !started.has(id) && (parent === undefined || !known.has(parent)))
      .map((pipeline): TimelineEvent => ({
        id: `pipeline ${pipeline.id}`,
        at: pipeline.createdAt,
        kind: 'pipeline',
        pipeline,
      })),
    ...commits.map((commit): TimelineEvent => ({
      id: `commit ${commit.sha}`,
      at: commit.createdAt,
      kind: 'commit',
      commit,
    })),
    ...activity
      .filter(({ kind, pipeline }) => kind !== 'pipeline' || (pipeline !== undefined && !known.has(pipeline)))
      .map((one): TimelineEvent => ({
        id: `activity ${one.at} ${one.kind} ${one.to}`,
        at: one.at,
        kind: 'activity',
        activity: one,
      })),
  ];
  return events.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** Whether an event changed the instance: what may be the cause when it breaks. */
export function isChange({ kind }: TimelineEvent): boolean {
  return kind !== 'activity';
}

function isBreak(event: TimelineEvent): boolean {
  return (
    event.kind === 'activity' &&
    event.activity.kind === 'health' &&
    (event.activity.to === 'failed' || event.activity.to === 'degraded') &&
    event.activity.from !== 'failed' &&
    event.activity.from !== 'degraded'
  );
}

/** The last change before the instance broke last: the id of it and of what it broke into. */
export function suspectOf(events: readonly TimelineEvent[]): { change: string; broke: string } | undefined {
  const place = events.findIndex(isBreak);
  if (place < 0) return undefined;
  const change = events.slice(place + 1).find(isChange);
  const broke = events[place];
  return change && broke && { change: change.id, broke: broke.id };
}

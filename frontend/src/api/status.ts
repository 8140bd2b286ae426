import type { ClusterBranch, Health, InstanceLeaf, OperationState } from './types';

const moving = new Set([
  'created',
  'waiting_for_resource',
  'preparing',
  'waiting_for_callback',
  'pending',
  'running',
  'canceling',
]);

/** Whether GitLab works on a pipeline of this status, or is about to. */
export function isMoving(status: string | undefined): boolean {
  return status !== undefined && moving.has(status);
}

/** Whether an operation needs no more attention. */
export function hasEnded(state: OperationState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}

/** The state of an instance, as the list and the tree show it: its health while it is live. */
export type State = Health | 'archived';

/** The states, those that need a person first. */
export const states: readonly State[] = [
  'failed',
  'degraded',
  'unknown',
  'progressing',
  'healthy',
  'archived',
];

/** Whether an instance is counted: archived and deleted ones are behind a filter. */
export function isLive({ lifecycle }: Pick<InstanceLeaf, 'lifecycle'>): boolean {
  return lifecycle === 'pending' || lifecycle === 'active';
}

export function stateOf(leaf: Pick<InstanceLeaf, 'lifecycle' | 'health'>): State {
  return isLive(leaf) ? leaf.health : 'archived';
}

/** Whether an instance needs a person: by its health, its latest pipeline or its files. */
export function needsAttention(leaf: InstanceLeaf): boolean {
  if (!isLive(leaf)) return false;
  return (
    leaf.health === 'failed' || leaf.health === 'degraded' || leaf.pipeline === 'failed' || leaf.problems
  );
}

/** The state of a cluster itself, without its instances. */
export function stateOfCluster(cluster: ClusterBranch): State {
  if (cluster.online?.state === 'offline' || cluster.pipeline === 'failed') return 'failed';
  if (cluster.problems > 0 || cluster.troubles || cluster.syncError !== undefined) return 'degraded';
  if (isMoving(cluster.pipeline)) return 'progressing';
  return cluster.online?.state === 'online' ? 'healthy' : 'unknown';
}

/** The state that needs a person most. */
export function worst(of: readonly State[]): State {
  return states.find((state) => of.includes(state)) ?? 'unknown';
}

import type { ClusterBranch, InstanceLeaf, OperationState } from './types';

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

/** How urgent something is, for one mark in the sidebar. Facts stay apart on the pages. */
export type Urgency = 'failed' | 'degraded' | 'moving' | 'unknown' | 'fine' | 'gone';

const order: readonly Urgency[] = ['failed', 'degraded', 'moving', 'unknown', 'fine', 'gone'];

/** The most urgent of an instance's own facts. */
export function urgencyOf(leaf: InstanceLeaf): Urgency {
  if (leaf.lifecycle === 'archived' || leaf.lifecycle === 'deleted') return 'gone';
  if (leaf.health === 'failed' || leaf.pipeline === 'failed') return 'failed';
  if (leaf.health === 'degraded' || leaf.problems) return 'degraded';
  if (isMoving(leaf.pipeline) || leaf.health === 'progressing') return 'moving';
  if (leaf.health === 'healthy') return 'fine';
  return 'unknown';
}

/** The most urgent of a cluster's own facts, without its instances. */
export function urgencyOfCluster(cluster: ClusterBranch): Urgency {
  if (cluster.online?.state === 'offline' || cluster.pipeline === 'failed') return 'failed';
  if (cluster.problems > 0 || cluster.troubles || (cluster.syncError ?? '') !== '') return 'degraded';
  if (isMoving(cluster.pipeline)) return 'moving';
  return cluster.online?.state === 'online' ? 'fine' : 'unknown';
}

/** The most urgent of several. */
export function worst(urgencies: readonly Urgency[]): Urgency {
  return order.find((u) => urgencies.includes(u)) ?? 'unknown';
}

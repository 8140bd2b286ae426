import type { Bulk, BulkTarget } from '@/api/types';
import { operationWords } from '../status/looks';
import type { Look } from '../status/looks';

export const bulkLooks: Record<Bulk['state'], Look> = {
  running: { shape: 'spin', tone: 'busy', word: 'Running' },
  paused: { shape: 'pause', tone: 'warn', word: 'Paused' },
  done: { shape: 'check', tone: 'ok', word: 'Done' },
  aborted: { shape: 'slash', tone: 'quiet', word: 'Aborted' },
};

const doneWithFailures: Look = { shape: 'triangle', tone: 'warn', word: 'Done, with failures' };

export function bulkLook(bulk: Bulk): Look {
  return bulk.state === 'done' && failedOf(bulk) > 0 ? doneWithFailures : bulkLooks[bulk.state];
}

export const targetLooks: Record<BulkTarget['state'], Look> = {
  waiting: { shape: 'dashed', tone: 'quiet', word: 'Waiting' },
  starting: { shape: 'half', tone: 'busy', word: 'Starting' },
  running: { shape: 'spin', tone: 'busy', word: 'Running' },
  succeeded: { shape: 'check', tone: 'ok', word: 'Succeeded' },
  failed: { shape: 'cross', tone: 'bad', word: 'Failed' },
  canceled: { shape: 'slash', tone: 'bad', word: 'Canceled' },
  skipped: { shape: 'slash', tone: 'quiet', word: 'Left out' },
};

export function failedOf({ targets }: Bulk): number {
  return targets.filter((t) => t.state === 'failed' || t.state === 'canceled').length;
}

/** How many instances are in each state, the ones that matter most first. */
export function tally({ targets }: { targets: readonly BulkTarget[] }): [BulkTarget['state'], number][] {
  const order = ['succeeded', 'running', 'starting', 'waiting', 'failed', 'canceled', 'skipped'] as const;
  return order
    .map((state): [BulkTarget['state'], number] => [state, targets.filter((t) => t.state === state).length])
    .filter(([, n]) => n > 0);
}

/** “Update of 34 instances”. */
export function bulkTitle({ kind, targets }: Pick<Bulk, 'kind' | 'targets'>): string {
  return `${operationWords[kind]} ${targets.length} ${targets.length === 1 ? 'instance' : 'instances'}`;
}

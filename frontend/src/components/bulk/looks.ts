import type { Bulk, BulkTarget } from '@/api/types';
import { operationWords } from '../status/looks';
import type { Look } from '../status/looks';
import * as texts from '@/texts/bulk';

export const bulkLooks: Record<Bulk['state'], Look> = {
  running: { shape: 'spin', tone: 'busy', word: texts.running },
  paused: { shape: 'pause', tone: 'warn', word: texts.paused },
  done: { shape: 'check', tone: 'ok', word: texts.done },
  aborted: { shape: 'slash', tone: 'quiet', word: texts.aborted },
};

const doneWithFailures: Look = { shape: 'triangle', tone: 'warn', word: texts.doneWithFailures };

export function bulkLook(bulk: Bulk): Look {
  return bulk.state === 'done' && failedOf(bulk) > 0 ? doneWithFailures : bulkLooks[bulk.state];
}

export const targetLooks: Record<BulkTarget['state'], Look> = {
  waiting: { shape: 'dashed', tone: 'quiet', word: texts.waiting },
  starting: { shape: 'half', tone: 'busy', word: texts.starting },
  running: { shape: 'spin', tone: 'busy', word: texts.running },
  succeeded: { shape: 'check', tone: 'ok', word: texts.succeeded },
  failed: { shape: 'cross', tone: 'bad', word: texts.failed },
  canceled: { shape: 'slash', tone: 'bad', word: texts.canceled },
  skipped: { shape: 'slash', tone: 'quiet', word: texts.skipped },
};

/** Whether a wave starts only once the ones before it are healthy. */
export function waitsForHealth({ kind, ignoreHealth }: Pick<Bulk, 'kind' | 'ignoreHealth'>): boolean {
  return kind !== 'archive' && ignoreHealth !== true;
}

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

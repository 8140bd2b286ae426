import type { BulkRequest } from '@/api/types';
import { emptyRow, type KeyRow } from './keyRow';

/** What was typed, so that it is still there after a look at the preview. */
export interface Draft {
  kind: BulkRequest['kind'];
  rows: KeyRow[];
  batch: number;
  pauseAfter: number;
  /** The instance of the first wave, as an address names it; empty is the first that would change. */
  canary: string;
  ignoreHealth: boolean;
  reason: string;
}

export const newDraft: Draft = {
  kind: 'update',
  rows: [emptyRow(1)],
  batch: 5,
  pauseAfter: 1,
  canary: '',
  ignoreHealth: false,
  reason: '',
};

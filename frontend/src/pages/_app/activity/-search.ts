import type { Activity } from '@/api/types';
import { flag, oneOf, word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';

export const kinds: readonly Activity['kind'][] = [
  'pipeline',
  'lifecycle',
  'health',
  'online',
  'sync',
  'drift',
  'protection',
  'note',
  'tags',
];

/** The search of the page's address. */
export interface Search {
  cluster?: string | undefined;
  instance?: string | undefined;
  kind?: Activity['kind'] | undefined;
  /** Only what went wrong. */
  wrong?: boolean | undefined;
}

export function readSearch(raw: RawSearch): Search {
  return {
    cluster: word(raw, 'cluster'),
    instance: word(raw, 'instance'),
    kind: oneOf(raw, 'kind', kinds),
    wrong: flag(raw, 'wrong'),
  };
}

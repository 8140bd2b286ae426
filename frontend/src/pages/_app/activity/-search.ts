import type { Activity } from '@/api/types';
import { flag, oneOf, searchOf, word } from '@/lib/readSearch';

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

/** Reads the search of the page's address. */
export const readSearch = searchOf({
  cluster: word,
  instance: word,
  kind: oneOf(kinds),
  /** Only what went wrong. */
  wrong: flag,
});

export type Search = ReturnType<typeof readSearch>;

import type { SortKey } from '@/api/types';
import { flag, oneOf, searchOf, word, words } from '@/lib/readSearch';

const sorts: readonly SortKey[] = ['name', 'cluster', 'release', 'health', 'pipeline', 'changed'];

/** The order of the list: what needs a person first. */
export const defaults = { sort: 'health', descending: false } as const;

/** Reads the search of the main page's address: every filter and the order. */
export const readSearch = searchOf({
  name: word,
  cluster: words,
  provider: words,
  release: words,
  lifecycle: words,
  health: words,
  pipeline: words,
  drift: words,
  site: words,
  tag: words,
  plugin: words,
  tutor: words,
  /** Settings whose values are columns. */
  column: words,
  setting: words,
  problems: flag,
  sort: oneOf(sorts),
  descending: flag,
  /** Id of the view that this is, or was before it was changed; `all` is none in spite of a default one. */
  view: word,
  /** The instance whose summary is open: “cluster/name”. */
  peek: word,
});

export type Search = ReturnType<typeof readSearch>;

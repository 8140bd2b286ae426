import type { SortKey } from '@/api/types';
import { flag, oneOf, word, words } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';

const sorts: readonly SortKey[] = ['name', 'cluster', 'release', 'health', 'pipeline', 'changed'];

/** The search of the main page's address: every filter and the order. */
export interface Search {
  name?: string | undefined;
  cluster?: string[] | undefined;
  provider?: string[] | undefined;
  release?: string[] | undefined;
  lifecycle?: string[] | undefined;
  health?: string[] | undefined;
  pipeline?: string[] | undefined;
  drift?: string[] | undefined;
  site?: string[] | undefined;
  tag?: string[] | undefined;
  plugin?: string[] | undefined;
  tutor?: string[] | undefined;
  setting?: string[] | undefined;
  /** Settings whose values are columns. */
  column?: string[] | undefined;
  problems?: boolean | undefined;
  sort?: SortKey | undefined;
  descending?: boolean | undefined;
  /** Id of the view that this is, or was before it was changed; `all` is none in spite of a default one. */
  view?: string | undefined;
  /** The instance whose summary is open: “cluster/name”. */
  peek?: string | undefined;
}

/** The order of the list: what needs a person first. */
export const defaults = { sort: 'health', descending: false } as const;

export function readSearch(raw: RawSearch): Search {
  return {
    name: word(raw, 'name'),
    cluster: words(raw, 'cluster'),
    provider: words(raw, 'provider'),
    release: words(raw, 'release'),
    lifecycle: words(raw, 'lifecycle'),
    health: words(raw, 'health'),
    pipeline: words(raw, 'pipeline'),
    drift: words(raw, 'drift'),
    site: words(raw, 'site'),
    tag: words(raw, 'tag'),
    plugin: words(raw, 'plugin'),
    tutor: words(raw, 'tutor'),
    column: words(raw, 'column'),
    setting: words(raw, 'setting'),
    problems: flag(raw, 'problems'),
    sort: oneOf(raw, 'sort', sorts),
    descending: flag(raw, 'descending'),
    view: word(raw, 'view'),
    peek: word(raw, 'peek'),
  };
}

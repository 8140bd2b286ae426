import type { Activity, ActivityFilter } from '@/api/types';
import { flag, oneOf, word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';

export const kinds: readonly Activity['kind'][] = ['pipeline', 'lifecycle', 'health', 'online', 'sync'];

/** The search of the page's address. */
export interface Search {
  cluster?: string | undefined;
  instance?: string | undefined;
  kind?: Activity['kind'] | undefined;
  /** Only what went wrong. */
  wrong?: boolean | undefined;
}

export function readSearch(raw: RawSearch): Search {
  const cluster = word(raw, 'cluster');
  return {
    cluster,
    instance: word(raw, 'instance'),
    kind: oneOf(raw, 'kind', kinds),
    wrong: flag(raw, 'wrong'),
  };
}

/** What is asked of the API. */
export function filterOf({ cluster, instance, kind, wrong }: Search): ActivityFilter {
  return {
    ...(cluster === undefined ? {} : { cluster: [cluster] }),
    ...(instance === undefined ? {} : { instance }),
    ...(kind === undefined ? {} : { kind: [kind] }),
    ...(wrong === true ? { to: ['failed', 'degraded', 'offline'] } : {}),
  };
}

export function isFiltered(search: Search): boolean {
  return Object.values(search).some((value) => value !== undefined);
}

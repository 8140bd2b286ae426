import type { ActivityFilter } from '@/api/types';
import type { Search } from './-search';

/** What is asked of the API. */
export function filterOf({ cluster, instance, kind, wrong }: Search): ActivityFilter {
  return {
    ...(cluster === undefined ? {} : { cluster: [cluster] }),
    ...(instance === undefined ? {} : { instance }),
    ...(kind === undefined ? {} : { kind: [kind] }),
    ...(wrong === true ? { to: ['failed', 'degraded', 'offline', 'drifted'] } : {}),
  };
}

export function isFiltered(search: Search): boolean {
  return Object.values(search).some((value) => value !== undefined);
}

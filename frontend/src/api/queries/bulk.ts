import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read, readPages } from '../read';
import type { BulkAct, BulkRequest, InstanceFilter, InstancePage, Target } from '@/api/types';
import { briskWhile, fixed, pollInterval } from './fleet';

/** What a bulk change would do. Asking changes nothing. */
export function bulkPreviewQuery(request: BulkRequest) {
  return queryOptions({
    queryKey: ['bulk preview', request],
    queryFn: ({ signal }) => api.post('/pipelines/v1/bulk-changes/preview', { signal, body: request }),
    ...fixed,
    gcTime: 0,
  });
}

/** Starts a bulk change. The same key never starts a second one. */
export function startBulk(key: string, request: BulkRequest, previewHash: string) {
  return api.post('/pipelines/v1/bulk-changes', {
    params: { header: { 'Idempotency-Key': key } },
    body: { ...request, previewHash },
  });
}

export function actOnBulk(bulk: string, act: BulkAct) {
  return api.post('/pipelines/v1/bulk-changes/{bulk}/{action}', { params: { path: { bulk, action: act } } });
}

export function bulkQuery(bulk: string) {
  return queryOptions({
    queryKey: ['bulk', bulk],
    ...read('/pipelines/v1/bulk-changes/{bulk}', { path: { bulk } }),
    refetchInterval: ({ state }) =>
      state.data?.endedAt === undefined ? pollInterval.fast : pollInterval.calm,
  });
}

export const bulksQuery = infiniteQueryOptions({
  queryKey: ['bulks'],
  ...readPages('/pipelines/v1/bulk-changes'),
  refetchInterval: ({ state }) =>
    briskWhile(state.data?.pages.some((page) => page.bulkChanges.some((b) => b.endedAt === undefined))),
});

/** How many instances have each tag, of those in some lifecycles. */
export function tagsQuery(lifecycle: InstanceFilter['lifecycle'] & object) {
  return queryOptions({
    queryKey: ['tags', lifecycle],
    ...read('/clusters/v1/instances', { query: { lifecycle, limit: 1 } }),
    select: ({ facets }: InstancePage) => facets.tags,
  });
}

/** Every instance that a filter finds, up to a number. */
export async function matching(filter: InstanceFilter, most: number): Promise<Target[]> {
  const found: Target[] = [];
  let after: string | undefined;
  do {
    const page = await api.get('/clusters/v1/instances', {
      params: { query: { ...filter, limit: 200, ...(after === undefined ? {} : { after }) } },
    });
    found.push(...page.instances.map(({ cluster, name }) => ({ cluster, instance: name })));
    after = page.next;
  } while (after !== undefined && found.length < most);
  return found;
}

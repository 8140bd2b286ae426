import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, client } from '@/api/client';
import type { BulkAct, BulkRequest, InstanceFilter, Target } from '@/api/types';
import { pollInterval } from './fleet';

/** What a bulk change would do. Asking changes nothing. */
export function bulkPreviewQuery(request: BulkRequest) {
  return queryOptions({
    queryKey: ['bulk preview', request],
    queryFn: ({ signal }) =>
      answer(client.POST('/pipelines/v1/bulk-changes/preview', { signal, body: request })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** Starts a bulk change. The same key never starts a second one. */
export function startBulk(key: string, request: BulkRequest, previewHash: string) {
  return answer(
    client.POST('/pipelines/v1/bulk-changes', {
      params: { header: { 'Idempotency-Key': key } },
      body: { ...request, previewHash },
    }),
  );
}

export function actOnBulk(bulk: string, act: BulkAct) {
  return answer(
    client.POST('/pipelines/v1/bulk-changes/{bulk}/{action}', { params: { path: { bulk, action: act } } }),
  );
}

export function bulkQuery(bulk: string) {
  return queryOptions({
    queryKey: ['bulk', bulk],
    queryFn: ({ signal }) =>
      answer(client.GET('/pipelines/v1/bulk-changes/{bulk}', { signal, params: { path: { bulk } } })),
    refetchInterval: ({ state }) =>
      state.data?.endedAt === undefined ? pollInterval.fast : pollInterval.calm,
  });
}

export const bulksQuery = infiniteQueryOptions({
  queryKey: ['bulks'],
  queryFn: ({ signal, pageParam }) =>
    answer(
      client.GET('/pipelines/v1/bulk-changes', {
        signal,
        params: { query: pageParam === undefined ? {} : { after: pageParam } },
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next,
  refetchInterval: ({ state }) =>
    state.data?.pages.some((page) => page.bulkChanges.some((b) => b.endedAt === undefined))
      ? 4_000
      : pollInterval.calm,
});

/** How many instances have each tag, of those in some lifecycles. */
export function tagsQuery(lifecycle: InstanceFilter['lifecycle'] & object) {
  return queryOptions({
    queryKey: ['tags', lifecycle],
    queryFn: ({ signal }) =>
      answer(client.GET('/clusters/v1/instances', { signal, params: { query: { lifecycle, limit: 1 } } })),
    select: ({ facets }) => facets.tags,
  });
}

/** Every instance that a filter finds, up to a number. */
export async function matching(filter: InstanceFilter, most: number): Promise<Target[]> {
  const found: Target[] = [];
  let after: string | undefined;
  do {
    const page = await answer(
      client.GET('/clusters/v1/instances', {
        params: { query: { ...filter, limit: 200, ...(after === undefined ? {} : { after }) } },
      }),
    );
    found.push(...page.instances.map(({ cluster, name }) => ({ cluster, instance: name })));
    after = page.next;
  } while (after !== undefined && found.length < most);
  return found;
}

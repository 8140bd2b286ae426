import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api, client } from '../client';
import { read } from '../read';
import { isMoving } from '../status';
import { mergeTree } from '../tree';
import type { ClusterTree, InstanceFilter, PipelineSummary } from '../types';

/** How often a page asks again: fast for what a person follows, brisk for lists in which something moves. */
export const pollInterval = { fast: 2_000, brisk: 4_000, calm: 15_000 } as const;

export function briskWhile(moving: boolean | undefined): number {
  return moving === true ? pollInterval.brisk : pollInterval.calm;
}

/** For what a person edits or reviews: it must not change under their hands. */
export const fixed = {
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const;

export function anyMoves(pipelines: readonly (Pick<PipelineSummary, 'status'> | undefined)[]): boolean {
  return pipelines.some((p) => p !== undefined && isMoving(p.status));
}

export const treeQuery = queryOptions({
  queryKey: ['tree'],
  queryFn: async ({ signal, client: cache, queryKey }): Promise<ClusterTree> => {
    const known = cache.getQueryData<ClusterTree>(queryKey);
    const query = known === undefined ? {} : { since: known.tag };
    return mergeTree(known, await api.get('/clusters/v1/clusters', { signal, params: { query } }));
  },
  refetchInterval: ({ state }) =>
    briskWhile(state.data?.clusters.some((c) => c.instances.some((i) => isMoving(i.pipeline)))),
});

type ListedPage = Awaited<ReturnType<typeof instancePage>>;

/** A page of the list, with the tag of the fleet that it was read from. */
async function instancePage(filter: InstanceFilter, signal: AbortSignal, after?: string) {
  const call = client.GET('/clusters/v1/instances', {
    signal,
    params: { query: { ...filter, ...(after === undefined ? {} : { after, limit: 200 }) } },
  });
  const page = await answer(call);
  return { ...page, tag: (await call).response.headers.get('ETag') ?? '' };
}

/** The list, a page and then more. `instancesPoll` keeps it up to date. */
export function instancesQuery(filter: InstanceFilter) {
  return infiniteQueryOptions({
    queryKey: ['instances', filter],
    queryFn: ({ signal, pageParam }) => instancePage(filter, signal, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    refetchOnWindowFocus: false,
  });
}

/**
 * Asks whether the fleet is as these pages of the list were read from it, which costs next to nothing, and has
 * the list read again when it is not. Without pages there is nothing to ask.
 */
export function instancesPoll(filter: InstanceFilter, pages: readonly ListedPage[] | undefined) {
  const { queryKey } = instancesQuery(filter);
  return queryOptions({
    queryKey: ['instances poll', filter],
    queryFn: async ({ signal, client: queryClient }) => {
      const { tag } = await instancePage(filter, signal);
      const known = queryClient.getQueryData(queryKey)?.pages ?? [];
      if (known.some((page) => page.tag !== tag)) {
        await queryClient.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: false });
      }
      return tag;
    },
    enabled: pages !== undefined,
    initialData: () => pages?.[0]?.tag,
    refetchInterval: briskWhile(pages?.some((page) => anyMoves(page.instances.map((i) => i.pipeline)))),
  });
}

export function clusterQuery(cluster: string) {
  return queryOptions({
    queryKey: ['cluster', cluster],
    ...read('/clusters/v1/clusters/{cluster}', { path: { cluster } }),
    refetchInterval: ({ state }) =>
      briskWhile(
        anyMoves([state.data?.cluster.pipeline, ...(state.data?.instances ?? []).map((i) => i.pipeline)]),
      ),
  });
}

export function instanceQuery(cluster: string, instance: string) {
  return queryOptions({
    queryKey: ['instance', cluster, instance],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}', { path: { cluster, instance } }),
    refetchInterval: ({ state }) =>
      anyMoves(state.data?.pipelines ?? []) || state.data?.operations.some((o) => o.endedAt === undefined)
        ? pollInterval.fast
        : pollInterval.calm,
  });
}

export function refreshInstance(cluster: string, instance: string) {
  return api.post('/instances/v1/clusters/{cluster}/instances/{instance}/refresh', {
    params: { path: { cluster, instance } },
  });
}

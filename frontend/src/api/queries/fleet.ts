import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, client } from '../client';
import { isMoving } from '../status';
import type { InstanceFilter, PipelineSummary } from '../types';

/** How often a page asks again: fast while something moves, calm otherwise. */
export const pace = { fast: 2_000, calm: 15_000 } as const;

export function anyMoves(pipelines: readonly (Pick<PipelineSummary, 'status'> | undefined)[]): boolean {
  return pipelines.some((p) => p !== undefined && isMoving(p.status));
}

export const treeQuery = queryOptions({
  queryKey: ['tree'],
  queryFn: ({ signal }) => answer(client.GET('/clusters/v1/clusters', { signal })),
  refetchInterval: ({ state }) =>
    state.data?.clusters.some((c) => c.instances.some((i) => isMoving(i.pipeline))) ? 4_000 : pace.calm,
});

export function instancesQuery(filter: InstanceFilter) {
  return infiniteQueryOptions({
    queryKey: ['instances', filter],
    queryFn: ({ signal, pageParam }) =>
      answer(
        client.GET('/clusters/v1/instances', {
          signal,
          params: { query: { ...filter, ...(pageParam === undefined ? {} : { after: pageParam }) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => anyMoves(page.instances.map((i) => i.pipeline))) ? 4_000 : pace.calm,
  });
}

export function clusterQuery(cluster: string) {
  return queryOptions({
    queryKey: ['cluster', cluster],
    queryFn: ({ signal }) =>
      answer(client.GET('/clusters/v1/clusters/{cluster}', { signal, params: { path: { cluster } } })),
    refetchInterval: ({ state }) =>
      anyMoves([state.data?.cluster.pipeline, ...(state.data?.instances ?? []).map((i) => i.pipeline)])
        ? 4_000
        : pace.calm,
  });
}

export function instanceQuery(cluster: string, instance: string) {
  return queryOptions({
    queryKey: ['instance', cluster, instance],
    queryFn: ({ signal }) =>
      answer(
        client.GET('/instances/v1/clusters/{cluster}/instances/{instance}', {
          signal,
          params: { path: { cluster, instance } },
        }),
      ),
    refetchInterval: ({ state }) =>
      anyMoves(state.data?.pipelines ?? []) || state.data?.operations.some((o) => o.endedAt === undefined)
        ? pace.fast
        : pace.calm,
  });
}

export function refreshInstance(cluster: string, instance: string) {
  return answer(
    client.POST('/instances/v1/clusters/{cluster}/instances/{instance}/refresh', {
      params: { path: { cluster, instance } },
    }),
  );
}

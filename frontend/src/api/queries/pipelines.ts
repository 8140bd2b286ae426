import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, client } from '../client';
import { hasEnded, isMoving } from '../status';
import { anyMoves, pollInterval } from './fleet';

export function pipelineQuery(cluster: string, pipeline: number) {
  return queryOptions({
    queryKey: ['pipeline', cluster, pipeline],
    queryFn: ({ signal }) =>
      answer(
        client.GET('/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}', {
          signal,
          params: { path: { cluster, pipeline } },
        }),
      ),
    refetchInterval: ({ state }) =>
      state.data && anyMoves([state.data.pipeline, ...state.data.children])
        ? pollInterval.fast
        : pollInterval.calm,
  });
}

export function pipelinesQuery(cluster: string) {
  return infiniteQueryOptions({
    queryKey: ['pipelines', cluster],
    queryFn: ({ signal, pageParam }) =>
      answer(
        client.GET('/pipelines/v1/clusters/{cluster}/pipelines', {
          signal,
          params: { path: { cluster }, query: pageParam === undefined ? {} : { after: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.pipelines.some((p) => isMoving(p.status)))
        ? 4_000
        : pollInterval.calm,
  });
}

export function operationQuery(cluster: string, operation: string) {
  return queryOptions({
    queryKey: ['operation', cluster, operation],
    queryFn: ({ signal }) =>
      answer(
        client.GET('/pipelines/v1/clusters/{cluster}/operations/{operation}', {
          signal,
          params: { path: { cluster, operation } },
        }),
      ),
    refetchInterval: ({ state }) =>
      state.data && hasEnded(state.data.operation.state) ? false : pollInterval.fast,
  });
}

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { read, readPages } from '../read';
import { hasEnded, isMoving } from '../status';
import { anyMoves, briskWhile, pollInterval } from './fleet';

export function pipelineQuery(cluster: string, pipeline: number) {
  return queryOptions({
    queryKey: ['pipeline', cluster, pipeline],
    ...read('/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}', { path: { cluster, pipeline } }),
    refetchInterval: ({ state }) =>
      state.data && anyMoves([state.data.pipeline, ...state.data.children])
        ? pollInterval.fast
        : pollInterval.calm,
  });
}

export function pipelinesQuery(cluster: string) {
  return infiniteQueryOptions({
    queryKey: ['pipelines', cluster],
    ...readPages('/pipelines/v1/clusters/{cluster}/pipelines', { path: { cluster } }),
    refetchInterval: ({ state }) =>
      briskWhile(state.data?.pages.some((page) => page.pipelines.some((p) => isMoving(p.status)))),
  });
}

export function operationQuery(cluster: string, operation: string) {
  return queryOptions({
    queryKey: ['operation', cluster, operation],
    ...read('/pipelines/v1/clusters/{cluster}/operations/{operation}', {
      path: { cluster, operation },
    }),
    refetchInterval: ({ state }) =>
      state.data && hasEnded(state.data.operation.state) ? false : pollInterval.fast,
  });
}

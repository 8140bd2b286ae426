import { queryOptions } from '@tanstack/react-query';
import { read } from '../read';
import { hasEnded } from '../status';
import { anyMoves, pollInterval } from './fleet';

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

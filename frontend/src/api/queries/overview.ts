import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { read, readPages } from '../read';
import type { ActivityFilter } from '../types';
import { briskWhile, pollInterval } from './fleet';

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  ...read('/clusters/v1/overview'),
  refetchInterval: ({ state }) => briskWhile(state.data && state.data.running.length > 0),
});

export function activityQuery(filter: ActivityFilter) {
  return infiniteQueryOptions({
    queryKey: ['activity', filter],
    ...readPages('/clusters/v1/activity', { query: filter }),
    refetchInterval: pollInterval.calm,
  });
}

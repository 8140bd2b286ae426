import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, client } from '../client';
import type { ActivityFilter } from '../types';
import { pollInterval } from './fleet';

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => answer(client.GET('/clusters/v1/overview', { signal })),
  refetchInterval: ({ state }) => (state.data && state.data.running.length > 0 ? 4_000 : pollInterval.calm),
});

export function activityQuery(filter: ActivityFilter) {
  return infiniteQueryOptions({
    queryKey: ['activity', filter],
    queryFn: ({ signal, pageParam }) =>
      answer(
        client.GET('/clusters/v1/activity', {
          signal,
          params: { query: { ...filter, ...(pageParam === undefined ? {} : { after: pageParam }) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    refetchInterval: pollInterval.calm,
  });
}

import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import type { DamagedAction } from '../types';
import { pollInterval } from './fleet';

/** Stored items of a cluster that can't be decoded; without a cluster, those that belong to none. */
export function damagedQuery(cluster: string | undefined) {
  return queryOptions({
    queryKey: ['damaged', cluster ?? ''],
    queryFn: ({ signal }) =>
      cluster === undefined
        ? api.get('/sync/v1/damaged', { signal })
        : api.get('/sync/v1/clusters/{cluster}/damaged', { signal, params: { path: { cluster } } }),
    refetchInterval: pollInterval.calm,
  });
}

/** What is stored in one, with secrets masked. */
export function damagedItemQuery(cluster: string | undefined, item: string) {
  return queryOptions({
    queryKey: ['damaged', cluster ?? '', item],
    queryFn: ({ signal }) =>
      cluster === undefined
        ? api.get('/sync/v1/damaged/{item}', { signal, params: { path: { item } } })
        : api.get('/sync/v1/clusters/{cluster}/damaged/{item}', {
            signal,
            params: { path: { cluster, item } },
          }),
    staleTime: Infinity, // each read is recorded
  });
}

/** Decodes one once more, or removes it. */
export function actOnDamaged(cluster: string | undefined, item: string, action: DamagedAction) {
  const body = { action };
  return cluster === undefined
    ? api.post('/sync/v1/damaged/{item}', { params: { path: { item } }, body })
    : api.post('/sync/v1/clusters/{cluster}/damaged/{item}', {
        params: { path: { cluster, item } },
        body,
      });
}

import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read } from '../read';
import type { Annotation } from '../types';

/** Completes keys of settings as the fleet has them, or the values of one key. */
export function suggestionsQuery(key: string | undefined, text: string) {
  return queryOptions({
    queryKey: ['suggestions', key, text],
    ...read('/clusters/v1/settings', { query: { text, ...(key === undefined ? {} : { key }) } }),
    staleTime: 60_000,
  });
}

/** Replaces what people keep about an instance, or about a cluster. */
export function annotate(cluster: string, instance: string | undefined, body: Annotation) {
  return instance === undefined
    ? api.put('/pipelines/v1/clusters/{cluster}/annotation', { params: { path: { cluster } }, body })
    : api.put('/pipelines/v1/clusters/{cluster}/instances/{instance}/annotation', {
        params: { path: { cluster, instance } },
        body,
      });
}

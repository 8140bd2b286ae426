import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read } from '../read';
import type { SetAsideAction } from '../types';
import { pollInterval } from './fleet';

export const installationQuery = queryOptions({
  queryKey: ['installation'],
  ...read('/sync/v1/installation'),
  refetchInterval: pollInterval.calm,
});

/** The functions that have a store and keys, and can say whether they reach them. */
export const functionNames = ['auth', 'clusters', 'instances', 'pipelines', 'webhook', 'sync'] as const;

export interface Readiness {
  name: string;
  ready: boolean;
  /** Why it is not. */
  message: string | undefined;
}

/** Asks each function whether it is ready, on the same way as every request of a browser. */
export const readinessQuery = queryOptions({
  queryKey: ['installation', 'readiness'],
  queryFn: ({ signal }) => Promise.all(functionNames.map((name) => readiness(name, signal))),
  refetchInterval: pollInterval.calm,
});

async function readiness(name: string, signal: AbortSignal): Promise<Readiness> {
  try {
    const response = await fetch(`/function/${name}/readyz`, { signal });
    if (response.ok) return { name, ready: true, message: undefined };
    const body: unknown = await response.json().catch(() => undefined);
    const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
    return { name, ready: false, message: typeof message === 'string' ? message : `${response.status}` };
  } catch (cause) {
    if (signal.aborted) throw cause;
    return { name, ready: false, message: undefined };
  }
}

export function setAsideQuery(cluster: string) {
  return queryOptions({
    queryKey: ['project', cluster, 'set-aside'],
    ...read('/sync/v1/clusters/{cluster}/set-aside', { path: { cluster } }),
    refetchInterval: pollInterval.calm,
  });
}

/** Has a set-aside event applied again, or removes it. */
export function actOnSetAside(cluster: string, key: string, action: SetAsideAction) {
  return api.post('/sync/v1/clusters/{cluster}/set-aside', {
    params: { path: { cluster } },
    body: { key, action },
  });
}

import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read } from '../read';
import type { CheckName, Contract, NewCredentials, NewProject, RotatedSecret, UsageContract } from '../types';
import { fixed, pollInterval } from './fleet';

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  ...read('/clusters/v1/projects'),
  refetchInterval: pollInterval.calm,
});

export function projectQuery(cluster: string) {
  return queryOptions({
    queryKey: ['project', cluster],
    ...read('/clusters/v1/projects/{cluster}', { path: { cluster } }),
    refetchInterval: pollInterval.calm,
  });
}

/** Makes one check of a project that is not in Ocim yet. Nothing is kept. */
export function checkNewProject(body: NewProject, check: CheckName, signal: AbortSignal) {
  return api.post('/clusters/v1/projects/check', { signal, params: { query: { check } }, body });
}

/** Adds a project without waiting for its first sync. */
export function addProject(body: NewProject) {
  return api.post('/clusters/v1/projects', { params: { query: { later: true } }, body });
}

/** Makes one check of a project with the credentials that Ocim holds, or all. */
export function checkProject(cluster: string, check: CheckName | undefined, signal?: AbortSignal) {
  return api.post('/clusters/v1/projects/{cluster}/check', {
    params: { path: { cluster }, query: check === undefined ? {} : { check } },
    ...(signal ? { signal } : {}),
  });
}

/** Replaces credentials; what is absent stays. */
export function replaceCredentials(cluster: string, body: NewCredentials) {
  return api.put('/clusters/v1/projects/{cluster}/credentials', { params: { path: { cluster } }, body });
}

export function rotateCredential(cluster: string, what: RotatedSecret) {
  return api.post('/clusters/v1/projects/{cluster}/rotate', {
    params: { path: { cluster } },
    body: { what },
  });
}

/** Sets a fact or link by hand; null leaves it to the repository again. */
export function overrideProject(cluster: string, name: string, value: string | null) {
  return api.patch('/clusters/v1/projects/{cluster}', {
    params: { path: { cluster } },
    body: { overrides: { [name]: value } },
  });
}

export function removeProject(cluster: string, confirm: string) {
  return api.delete('/clusters/v1/projects/{cluster}', { params: { path: { cluster }, query: { confirm } } });
}

/** Reads a project from GitLab and asks its cluster. Gives how that went. */
export function syncCluster(cluster: string, signal?: AbortSignal) {
  return api.post('/sync/v1/clusters/{cluster}', {
    params: { path: { cluster } },
    ...(signal ? { signal } : {}),
  });
}

export function contractQuery(cluster: string) {
  return queryOptions({
    queryKey: ['contract', cluster],
    ...read('/pipelines/v1/clusters/{cluster}/contract', { path: { cluster } }),
    ...fixed,
  });
}

/** What each operation would send by a contract. Asking keeps nothing. */
export function contractPreviewQuery(cluster: string, contract: Contract) {
  return queryOptions({
    queryKey: ['contract', cluster, 'preview', contract],
    queryFn: ({ signal }) =>
      api.post('/pipelines/v1/clusters/{cluster}/contract/preview', {
        signal,
        params: { path: { cluster } },
        body: contract,
      }),
    staleTime: 0,
    gcTime: 0,
  });
}

export function setContract(cluster: string, contract: Contract) {
  return api.put('/pipelines/v1/clusters/{cluster}/contract', {
    params: { path: { cluster } },
    body: contract,
  });
}

export function usageContractQuery(cluster: string) {
  return queryOptions({
    queryKey: ['usage-contract', cluster],
    ...read('/clusters/v1/projects/{cluster}/usage-contract', { path: { cluster } }),
    ...fixed,
  });
}

/** Asks the cluster for its usage report by a contract. Asking keeps nothing. */
export function tryUsageContract(cluster: string, usage: UsageContract) {
  return api.post('/clusters/v1/projects/{cluster}/usage-contract/try', {
    params: { path: { cluster } },
    body: { usage },
  });
}

/** Undefined is the default again. */
export function setUsageContract(cluster: string, usage: UsageContract | undefined) {
  return api.put('/clusters/v1/projects/{cluster}/usage-contract', {
    params: { path: { cluster } },
    body: usage ? { usage } : {},
  });
}

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read, readPages } from '../read';
import { hasEnded } from '@/api/status';
import type { FileEdit, OperationRequest } from '@/api/types';
import { briskWhile, fixed } from './fleet';

/** How long a preview is as good as new, in ms: a form that asked for it hands it on to the page that shows it. */
export const previewLasts = 15_000;

/** What an operation would do. Asking changes nothing. */
export function previewQuery(cluster: string, request: OperationRequest) {
  return queryOptions({
    queryKey: ['preview', cluster, request],
    queryFn: ({ signal }) =>
      api.post('/pipelines/v1/clusters/{cluster}/operations/preview', {
        signal,
        params: { path: { cluster } },
        body: request,
      }),
    staleTime: previewLasts,
    // A preview that is opened again shows the present state.
    gcTime: 0,
  });
}

/** What was previewed, and that a person confirmed it. */
export interface Confirmation {
  request: OperationRequest;
  previewHash: string;
  /** Typed by the person where the preview asks for it. */
  confirm: string;
}

/** Starts an operation. The same key never starts a second one. */
export function startOperation(
  cluster: string,
  key: string,
  { request, previewHash, confirm }: Confirmation,
) {
  return api.post('/pipelines/v1/clusters/{cluster}/operations', {
    params: { path: { cluster }, header: { 'Idempotency-Key': key } },
    body: { ...request, previewHash, ...(confirm === '' ? {} : { confirm }) },
  });
}

/** Takes back an operation that waits for its turn. */
export function withdrawOperation(cluster: string, operation: string) {
  return api.post('/pipelines/v1/clusters/{cluster}/operations/{operation}/withdraw', {
    params: { path: { cluster, operation } },
  });
}

/** Sends an operation that waits for a setting or for another operator. */
export function resumeOperation(cluster: string, operation: string) {
  return api.post('/pipelines/v1/clusters/{cluster}/operations/{operation}/resume', {
    params: { path: { cluster, operation } },
  });
}

/** What runs and what waits, of each cluster in its order; of one cluster when given. */
export function queueQuery(cluster?: string) {
  return queryOptions({
    queryKey: ['queue', cluster],
    ...read('/pipelines/v1/queue', { query: cluster === undefined ? {} : { cluster } }),
    refetchInterval: ({ state }) => briskWhile((state.data?.operations.length ?? 0) > 0),
  });
}

/** An instance's files as they are in GitLab now, to edit them, or as they were in a commit. */
export function configurationQuery(cluster: string, instance: string, commit = '') {
  return queryOptions({
    queryKey: ['configuration', cluster, instance, commit],
    ...read('/pipelines/v1/clusters/{cluster}/instances/{instance}/configuration', {
      path: { cluster, instance },
      query: commit === '' ? {} : { commit },
    }),
    ...fixed,
    gcTime: 0,
  });
}

export function historyQuery(cluster: string, instance: string) {
  return infiniteQueryOptions({
    queryKey: ['history', cluster, instance],
    ...readPages('/pipelines/v1/clusters/{cluster}/instances/{instance}/operations', {
      path: { cluster, instance },
    }),
    refetchInterval: ({ state }) =>
      briskWhile(state.data?.pages.some((page) => page.operations.some((o) => !hasEnded(o.state)))),
  });
}

/** Commits to an instance that no pipeline has deployed. GitLab is asked, so not often. */
export function undeployedQuery(cluster: string, instance: string) {
  return queryOptions({
    queryKey: ['undeployed', cluster, instance],
    ...read('/pipelines/v1/clusters/{cluster}/instances/{instance}/undeployed', {
      path: { cluster, instance },
    }),
    staleTime: 60_000,
  });
}

/** What is wrong in a configuration file. Secrets may be masked in it. */
export function checkFileQuery(file: 'config.yml' | 'grove.yml', text: string, release?: string) {
  return queryOptions({
    queryKey: ['check-file', file, release ?? '', text],
    queryFn: ({ signal }) =>
      api.post('/pipelines/v1/check-file', {
        signal,
        body: { file, text, ...(release === undefined ? {} : { release }) },
      }),
    ...fixed,
    gcTime: 0, // each text is a query of its own
  });
}

/** A configuration file with values changed, and the rest of its text as it was. Secrets may be masked in it. */
export function editFileQuery(file: 'config.yml' | 'grove.yml', text: string, changes: FileEdit[]) {
  return queryOptions({
    queryKey: ['edit-file', file, text, changes],
    queryFn: ({ signal }) => api.post('/pipelines/v1/edit-file', { signal, body: { file, text, changes } }),
    ...fixed,
    gcTime: 0,
  });
}

/** What keys hold and what changing them causes, for a version of Tutor. */
export function keyEffectsQuery(tutor?: string) {
  return queryOptions({
    queryKey: ['key-effects', tutor ?? ''],
    ...read('/pipelines/v1/key-effects', { query: tutor === undefined ? {} : { tutor } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function protectionsQuery(cluster: string) {
  return queryOptions({
    queryKey: ['protections', cluster],
    ...read('/pipelines/v1/clusters/{cluster}/protections', { path: { cluster } }),
    staleTime: 30_000,
  });
}

export function protect(cluster: string, instance: string, isProtected: boolean, reason: string) {
  return api.put('/pipelines/v1/clusters/{cluster}/instances/{instance}/protection', {
    params: { path: { cluster, instance } },
    body: { protected: isProtected, ...(reason === '' ? {} : { reason }) },
  });
}

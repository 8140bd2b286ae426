import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read } from '../read';

/** A job, by where it is. */
export interface JobPlace {
  cluster: string;
  pipeline: number;
  job: number;
}

/** Reads a part of a job's log, beginning at a byte. */
export function readJobLog(
  { cluster, pipeline, job }: JobPlace,
  from: number,
  limit: number,
  signal: AbortSignal,
) {
  return api.get('/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}/jobs/{job}/log', {
    signal,
    params: { path: { cluster, pipeline, job }, query: { from, limit } },
  });
}

export function firstErrorQuery({ cluster, pipeline, job }: JobPlace) {
  return queryOptions({
    queryKey: ['first-error', cluster, pipeline, job],
    ...read('/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}/jobs/{job}/first-error', {
      path: { cluster, pipeline, job },
    }),
    // The log of a job that failed is complete.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export type PipelineDeed = 'cancel' | 'retry';

/** Cancels a pipeline, or runs its failed and canceled jobs again. Repeating it is harmless. */
export function actOnPipeline(cluster: string, pipeline: number, deed: PipelineDeed, reason: string) {
  return api.post(`/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}/${deed}`, {
    params: { path: { cluster, pipeline } },
    body: reason === '' ? {} : { reason },
  });
}

import { queryOptions } from '@tanstack/react-query';
import { read } from '../read';
import { pollInterval } from './fleet';

/**
 * What a cluster reports about itself or an instance, each part on its own. A cluster that does not answer is asked
 * again at the next turn, not at once: the panel says so meanwhile.
 */
const live = { retry: false, refetchInterval: pollInterval.calm, staleTime: 5_000 } as const;

/** First words of the keys of all that is known of an instance while it runs. */
export const runtimeKeys = [
  'pods',
  'replication',
  'events',
  'drift',
  'pod-log',
  'job-reports',
  'usage',
] as const;

export function podsQuery(cluster: string, instance: string) {
  return queryOptions({
    ...live,
    queryKey: ['pods', cluster, instance],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}/pods', {
      path: { cluster, instance },
    }),
  });
}

export function replicationQuery(cluster: string, instance: string) {
  return queryOptions({
    ...live,
    queryKey: ['replication', cluster, instance],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}/replication', {
      path: { cluster, instance },
    }),
  });
}

export function eventsQuery(cluster: string, instance: string) {
  return queryOptions({
    ...live,
    queryKey: ['events', cluster, instance],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}/events', {
      path: { cluster, instance },
    }),
  });
}

export function jobReportsQuery(cluster: string, instance: string) {
  return queryOptions({
    retry: false,
    staleTime: 60_000,
    queryKey: ['job-reports', cluster, instance],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}/job-reports', {
      path: { cluster, instance },
    }),
  });
}

export function nodesQuery(cluster: string) {
  return queryOptions({
    ...live,
    queryKey: ['nodes', cluster],
    ...read('/clusters/v1/clusters/{cluster}/nodes', { path: { cluster } }),
  });
}

/** Of the whole cluster. */
export function warningsQuery(cluster: string) {
  return queryOptions({
    ...live,
    queryKey: ['warnings', cluster],
    ...read('/clusters/v1/clusters/{cluster}/warnings', { path: { cluster } }),
  });
}

/** Where what runs is not what git says. GitLab is asked, too, so not often. */
export function driftQuery(cluster: string, instance: string) {
  return queryOptions({
    queryKey: ['drift', cluster, instance],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}/drift', {
      path: { cluster, instance },
    }),
    retry: false,
    staleTime: 60_000,
    // One that just came up in its cluster, or was just deployed, is known soon.
    refetchInterval: ({ state }) =>
      state.error || state.data?.deploying === true ? pollInterval.calm : 120_000,
  });
}

/** A container's log: its last lines, of now or of before the last restart. */
export interface PodLogPlace {
  pod: string;
  /** Absent is the pod's first. */
  container: string | undefined;
  previous: boolean;
  lines: number;
}

export function podLogQuery(cluster: string, instance: string, place: PodLogPlace, follow: boolean) {
  const { pod, container, previous, lines } = place;
  return queryOptions({
    queryKey: ['pod-log', cluster, instance, place],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}/pods/{pod}/log', {
      path: { cluster, instance, pod },
      query: { previous, lines, ...(container === undefined ? {} : { container }) },
    }),
    retry: false,
    // What was written before the restart changes no more.
    refetchInterval: follow && !previous ? pollInterval.brisk : false,
    refetchOnWindowFocus: follow,
  });
}

export function usageQuery(cluster: string, instance: string, from: string) {
  return queryOptions({
    queryKey: ['usage', cluster, instance, from],
    ...read('/instances/v1/clusters/{cluster}/instances/{instance}/usage', {
      path: { cluster, instance },
      query: { from },
    }),
    // It is collected once a day.
    staleTime: 300_000,
  });
}

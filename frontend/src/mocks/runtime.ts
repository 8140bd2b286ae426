import { http, HttpResponse } from 'msw';
import type {
  Cluster,
  ClusterNode,
  EventList,
  Instance,
  NodeList,
  Pod,
  PodList,
  PodLog,
  Replication,
  Usage,
} from '@/api/types';
import { problem } from './problem';
import { ago, type World } from './world';

const at = (path: string) => `*/function/instances/v1/clusters/:c/instances/:i${path}`;

const gib = 2 ** 30;

function pod(i: Instance, workload: string, replica: number): Pod {
  const image = `registry.example.org/${i.name}/${workload === 'mfe' ? 'mfe' : 'openedx'}:${i.release ?? ''}`;
  const resources = { cpuMillis: 250, memoryBytes: gib };
  const limits = { cpuMillis: 0, memoryBytes: 2 * gib };
  return {
    name: `${workload}-7d9c8b6f5-${String.fromCharCode(97 + replica)}x2k${replica}`,
    workload,
    kind: 'Deployment',
    phase: 'Running',
    health: 'healthy',
    ready: true,
    restarts: 0,
    createdAt: ago(60 * 30),
    node: `node-${1 + (replica % 3)}`,
    containers: [
      {
        name: workload,
        image,
        state: 'running',
        ready: true,
        started: true,
        restarts: 0,
        startedAt: ago(60 * 30),
        requests: resources,
        limits,
      },
    ],
    requests: resources,
    limits,
  };
}

function crashing(healthy: Pod): Pod {
  const [container] = healthy.containers;
  if (!container) return healthy;
  return {
    ...healthy,
    health: 'failed',
    ready: false,
    restarts: 14,
    findings: [
      {
        code: 'crashLoop',
        health: 'failed',
        pod: healthy.name,
        container: container.name,
        reason: `The container ${container.name} crashes again and again (exit code 1).`,
        since: ago(4),
        nextStep: 'Read the log of the container before the restart.',
      },
    ],
    containers: [
      {
        ...container,
        state: 'waiting',
        ready: false,
        restarts: 14,
        reason: 'CrashLoopBackOff',
        message: 'back-off 5m0s restarting failed container',
        last: { reason: 'Error', exitCode: 1, startedAt: ago(5), finishedAt: ago(4) },
      },
    ],
  };
}

const workloads = [
  ['cms', 1],
  ['lms', 2],
  ['lms-worker', 1],
  ['mfe', 1],
] as const;

export function podsOf(i: Instance): Pod[] {
  const pods = workloads.flatMap(([name, count]) => Array.from({ length: count }, (_, n) => pod(i, name, n)));
  return i.health.state === 'failed' ? pods.map((p, n) => (n === 0 ? crashing(p) : p)) : pods;
}

function replicationOf(i: Instance): Replication {
  const broken = i.health.state === 'failed';
  return {
    at: ago(0),
    deployments: workloads.map(([name, count]) => {
      const down = broken && name === 'cms' ? 1 : 0;
      return {
        name,
        health: down > 0 ? 'failed' : 'healthy',
        images: [`registry.example.org/${i.name}/openedx:${i.release ?? ''}`],
        desired: count,
        updated: count,
        ready: count - down,
        available: count - down,
        unavailable: down,
        observed: true,
        createdAt: ago(60 * 24 * 90),
        ...(down > 0
          ? {
              findings: [
                {
                  code: 'unavailable',
                  health: 'failed' as const,
                  reason: 'None of its replicas is available.',
                  nextStep: 'Look at its pods.',
                },
                {
                  code: 'quota',
                  health: 'failed' as const,
                  reason: "The namespace's quota is used up.",
                  nextStep: 'Raise it.',
                },
              ],
            }
          : {}),
      };
    }),
    autoscalers: [
      {
        name: 'lms-hpa',
        target: 'lms',
        min: 2,
        max: 6,
        current: 2,
        desired: 2,
        metrics: [{ name: 'cpu', current: '63%', target: '80%' }],
      },
    ],
  };
}

function eventsOf(i: Instance): EventList {
  if (i.health.state !== 'failed') return { at: ago(0), events: [] };
  const name = podsOf(i)[0]?.name ?? '';
  const about = { kind: 'Pod', object: name, instance: i.name };
  return {
    at: ago(0),
    events: [
      { ...about, reason: 'Unhealthy', message: 'Readiness probe failed.', count: 1, at: ago(50) },
      { ...about, reason: 'BackOff', message: 'Back-off restarting failed container', count: 41, at: ago(1) },
    ],
  };
}

/** Three nodes; the last is in trouble. */
export function nodesOf(c: Cluster): ClusterNode[] {
  return [1, 2, 3].map((n) => ({
    name: `node-${n}`,
    health: n === 3 ? 'degraded' : 'healthy',
    ...(n === 3
      ? {
          reason: 'The node node-3 is short of memory and evicts pods.',
          nextStep: 'Move pods away or raise their requests to what they use.',
        }
      : {}),
    ...(c.nodeSize === undefined ? {} : { size: c.nodeSize }),
    ...(c.region === undefined ? {} : { zone: `${c.region}${'abc'.charAt(n - 1)}` }),
    version: 'v1.37.2',
    capacity: { cpuMillis: 4000, memoryBytes: 16 * gib, pods: 58 },
    allocatable: { cpuMillis: 3920, memoryBytes: 15 * gib, pods: 58 },
    requested: { cpuMillis: 800 + 900 * n, memoryBytes: (3 + 3.5 * n) * gib, pods: 8 + 4 * n },
    createdAt: ago(60 * 24 * 40 * n),
  }));
}

function warningsOf(world: World, c: Cluster): EventList {
  const pressure = { kind: 'Node', object: 'node-3', reason: 'EvictionThresholdMet' };
  const events = world.instances.filter((i) => i.cluster === c.id).flatMap((i) => eventsOf(i).events);
  return {
    at: ago(0),
    events: [...events, { ...pressure, message: 'Attempting to reclaim memory', count: 3, at: ago(9) }].sort(
      (a, b) => b.at.localeCompare(a.at),
    ),
  };
}

export function podLogOf(pod: Pod, previous: boolean, lines: number): PodLog {
  const container = pod.containers[0]?.name ?? '';
  const list = Array.from({ length: lines }, (_, n) => ({
    at: ago((lines - n) / 6),
    text: `\x1b[32mINFO\x1b[0m ${container} - GET /heartbeat 200 (${n} ms)`,
  }));
  if (previous)
    list.push({ at: ago(0), text: `OperationalError: (2002, "Can't connect to server on 'mysql'")` });
  return {
    at: ago(0),
    pod: pod.name,
    container,
    containers: pod.containers.map((c) => c.name),
    previous,
    lines: list.slice(-lines),
    ...(previous ? { firstError: list.slice(-lines).length } : {}),
    truncated: true,
  };
}

/** A point a week, as far as 90 days back. */
function usageOf(from: string, at = ago(60 * 5)): Usage {
  const day = 24 * 60;
  const points = Array.from({ length: 12 }, (_, n) => ({
    day: ago(day * 7 * (11 - n) + day).slice(0, 10),
    from: ago(day * 7 * (12 - n)).slice(0, 10),
    users: 800 + 25 * n,
    activeUsers: 210 + ((n * 37) % 60),
    courses: 14 + Math.floor(n / 3),
    hits: 41_000 + 900 * n,
  })).filter((point) => point.day >= from);
  return { from, to: ago(0).slice(0, 10), points, collectedAt: at, triedAt: at };
}

/** What clusters report while they run. The one that is offline reports nothing. */
export function runtimeHandlers(world: () => World) {
  const readCluster = (path: string, answer: (c: Cluster) => NodeList | EventList) =>
    http.get<{ c: string }>(`*/function/clusters/v1/clusters/:c${path}`, ({ params }) => {
      const cluster = world().clusters.find((c) => c.id === params.c);
      if (!cluster) return problem(404, 'There is no such cluster.');
      if (cluster.online.state !== 'online') return problem(503, 'The cluster cannot be reached.');
      return HttpResponse.json(answer(cluster));
    });
  const read = (path: string, answer: (i: Instance, url: URL, pod: string) => Response) =>
    http.get<{ c: string; i: string; p: string }>(at(path), ({ params, request }) => {
      const owner = world().clusters.find((c) => c.id === params.c);
      const instance = world().instances.find((i) => i.cluster === params.c && i.name === params.i);
      if (!owner || !instance) return problem(404, 'There is no such instance.');
      if (owner.online.state !== 'online') return problem(503, 'The cluster cannot be reached.');
      return answer(instance, new URL(request.url), params.p);
    });
  return [
    readCluster('/nodes', (c) => ({ at: ago(0), nodes: nodesOf(c) })),
    readCluster('/warnings', (c) => warningsOf(world(), c)),
    read('/pods', (i) => HttpResponse.json({ at: ago(0), pods: podsOf(i) } satisfies PodList)),
    read('/replication', (i) => HttpResponse.json(replicationOf(i))),
    read('/events', (i) => HttpResponse.json(eventsOf(i))),
    read('/drift', () =>
      HttpResponse.json({ at: ago(0), commit: '4f2a9c1e', deployed: '4f2a9c1e', differences: [] }),
    ),
    read('/pods/:p/log', (i, { searchParams }, name) => {
      const found = podsOf(i).find((p) => p.name === name);
      if (!found) return problem(404, 'The instance has no such pod; it may have been replaced.');
      const lines = Number(searchParams.get('lines') ?? 200);
      return HttpResponse.json(podLogOf(found, searchParams.get('previous') === 'true', lines));
    }),
    http.get(at('/job-reports'), () => HttpResponse.json({ reports: [] })),
    http.get<{ c: string }>(at('/usage'), ({ params, request }) =>
      HttpResponse.json(
        usageOf(new URL(request.url).searchParams.get('from') ?? '', world().usageAt.get(params.c)),
      ),
    ),
  ];
}

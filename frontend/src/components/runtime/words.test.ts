import { expect, test } from 'vitest';
import type { Pod } from '@/api/types';
import { byWorkload } from './words';

const nothing = { cpuMillis: 0, memoryBytes: 0 };

const pod = (name: string, workload: string | undefined, health: Pod['health'] = 'healthy'): Pod => ({
  name,
  phase: 'Running',
  health,
  ready: health === 'healthy',
  restarts: 0,
  createdAt: '2026-11-01T00:00:00Z',
  containers: [],
  limits: nothing,
  requests: nothing,
  ...(workload === undefined ? {} : { workload }),
});

test('pods are shown by workload, the one with the worst pod first', () => {
  const workloads = byWorkload([
    pod('caddy-1', 'caddy'),
    pod('lms-1', 'lms'),
    pod('lms-2', 'lms', 'failed'),
    pod('alone', undefined),
  ]);
  expect(workloads.map(({ name, worst, ready, total }) => [name, worst.name, ready, total])).toEqual([
    ['lms', 'lms-2', 1, 2],
    ['alone', 'alone', 1, 1],
    ['caddy', 'caddy-1', 1, 1],
  ]);
});

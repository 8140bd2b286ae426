import { expect, test } from 'vitest';
import type { Instance } from '@/api/types';
import { needOf } from './reason';

const calm: Instance = {
  cluster: 'learn-do',
  name: 'alpha',
  lifecycle: 'active',
  changedAt: '2026-11-01T00:00:00Z',
  health: { state: 'healthy' },
};
const waits = { state: 'progressing', reason: 'lms is rolling out.', nextStep: 'Wait.' } as const;

test('the next step belongs to the reason that is shown', () => {
  expect(needOf(calm)).toBeUndefined();
  expect(needOf({ ...calm, health: waits })).toBeUndefined();
  const failed = { id: 7, status: 'failed', updatedAt: '2026-11-01T00:00:00Z' } as const;
  expect(needOf({ ...calm, health: waits, pipeline: failed })).toEqual({
    reason: 'Pipeline #7 failed',
    nextStep: 'Check the first error, then retry.',
  });
  const health = { state: 'failed', reason: 'lms is crash-looping.', nextStep: 'Read its log.' } as const;
  expect(needOf({ ...calm, health })).toEqual(health);
  const site = { state: 'down', reason: 'It answers 500.', nextStep: 'Roll back.' } as const;
  expect(needOf({ ...calm, site })).toEqual(site);
  expect(needOf({ ...calm, health, lifecycle: 'archived' })).toBeUndefined();
});

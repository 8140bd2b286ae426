import type { Activity, Operation, Pipeline } from '@/api/types';
import { suspectOf, timelineOf } from './events';

const operation = (id: string, at: string, pipelines: number[] = []) =>
  ({ id, requestedAt: at, pipelines, state: 'succeeded', kind: 'update' }) as unknown as Operation;

const pipeline = (id: number, at: string) => ({ id, createdAt: at, updatedAt: at }) as unknown as Pipeline;

const health = (to: string, from: string, at: string): Activity => ({
  at,
  cluster: 'a',
  instance: 'one',
  kind: 'health',
  from,
  to,
});

test('timelineOf merges the sources, newest first, and lists each pipeline once', () => {
  const events = timelineOf({
    operations: [operation('o1', '2026-11-02T10:00:00Z', [7])],
    pipelines: [pipeline(7, '2026-11-02T10:01:00Z'), pipeline(8, '2026-11-03T10:00:00Z')],
    commits: [],
    activity: [
      health('failed', 'healthy', '2026-11-02T12:00:00Z'),
      { at: '2026-11-02T10:30:00Z', cluster: 'a', kind: 'pipeline', pipeline: 7, to: 'success' },
    ],
  });
  expect(events.map(({ id }) => id)).toEqual([
    'pipeline 8',
    'activity 2026-11-02T12:00:00Z health failed',
    'operation o1',
  ]);
});

test('suspectOf names the last change before the instance broke, not one after it', () => {
  const events = timelineOf({
    operations: [operation('before', '2026-11-02T10:00:00Z'), operation('after', '2026-11-02T14:00:00Z')],
    pipelines: [],
    commits: [],
    activity: [
      health('degraded', 'healthy', '2026-11-02T12:00:00Z'),
      health('failed', 'degraded', '2026-11-02T13:00:00Z'),
    ],
  });
  expect(suspectOf(events)).toEqual({
    change: 'operation before',
    broke: 'activity 2026-11-02T12:00:00Z health degraded',
  });
});

test('suspectOf is undefined while nothing broke', () => {
  const events = timelineOf({
    operations: [operation('o1', '2026-11-02T10:00:00Z')],
    pipelines: [],
    commits: [],
    activity: [health('healthy', 'failed', '2026-11-02T12:00:00Z')],
  });
  expect(suspectOf(events)).toBeUndefined();
});

test('notes, tags and protection are events with a person, and never the suspect', () => {
  const kept = (kind: Activity['kind'], at: string): Activity => ({
    at, cluster: 'a', instance: 'one', kind, to: 'changed', by: 'ada@example.org',
  }); // prettier-ignore
  const events = timelineOf({
    operations: [operation('o1', '2026-11-02T10:00:00Z')],
    pipelines: [],
    commits: [],
    activity: [
      kept('note', '2026-11-02T11:00:00Z'),
      kept('protection', '2026-11-02T11:30:00Z'),
      health('failed', 'healthy', '2026-11-02T12:00:00Z'),
    ],
  });
  expect(events.map(({ id }) => id.split(' ')[0])).toEqual(['activity', 'activity', 'activity', 'operation']);
  expect(suspectOf(events)?.change).toBe('operation o1');
});

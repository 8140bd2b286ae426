import { expect, test } from 'vitest';
import type { Operation, Pipeline } from '@/api/types';
import { previousVersion } from './versions';

const operation = (id: string, more: Partial<Operation> = {}) =>
  ({ id, kind: 'update', state: 'succeeded', pipelines: [Number(id)], ...more }) as Operation;
const pipeline = (id: number, more: Partial<Pipeline> = {}) =>
  ({ id, sha: `sha${id}`, status: 'success', source: 'push', operation: 'update', ...more }) as Pipeline;

test.each<[string, Operation[], Pipeline[], string | undefined]>([
  ['the deployed version before the newest', [operation('3'), operation('2'), operation('1')], [], '2'],
  [
    'what runs, after a failure that reached git',
    [operation('3', { state: 'failed', commit: 'c' }), operation('2')],
    [],
    '2',
  ],
  [
    'the one before what runs, after a failure that changed nothing',
    [operation('3', { state: 'failed' }), operation('2'), operation('1')],
    [],
    '1',
  ],
  [
    'not what only built images',
    [operation('3'), operation('2', { kind: 'buildImages' }), operation('1')],
    [],
    '1',
  ],
  ['the commit of a pipeline, without operations', [], [pipeline(9), pipeline(8)], 'sha8'],
  [
    'no child and no trigger',
    [],
    [pipeline(9), pipeline(8, { parent: 7 }), pipeline(7, { source: 'trigger' })],
    undefined,
  ],
  ['nothing before the first', [operation('1')], [pipeline(9)], undefined],
])('goes back to %s', (_what, operations, pipelines, want) => {
  expect(previousVersion(operations, pipelines)?.to).toBe(want);
});

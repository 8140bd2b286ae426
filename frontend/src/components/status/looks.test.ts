import { expect, test } from 'vitest';
import { healthLooks, lifecycleLooks, operationLooks, operationTitle, pipelineLook } from './looks';

test.each([
  ['lifecycles', Object.values(lifecycleLooks)],
  ['healths', Object.values(healthLooks)],
  ['operations', Object.values(operationLooks)],
  ['pipelines that end', ['success', 'failed', 'running', 'pending'].map(pipelineLook)],
])('%s differ by shape and by word, not by color alone', (_, looks) => {
  expect(new Set(looks.map((look) => look.shape)).size).toBe(looks.length);
  expect(new Set(looks.map((look) => look.word)).size).toBe(looks.length);
});

test('a pipeline status that is new to us is unknown, not created', () => {
  expect(pipelineLook('hibernating')).toEqual({
    shape: 'question',
    tone: 'quiet',
    word: 'Unknown: hibernating',
  });
});

test('only an update that restores an earlier version is called a rollback', () => {
  const rolledBackTo = '3634a6f0';
  expect(operationTitle({ kind: 'update', rolledBackTo })).toBe('Rollback');
  expect(operationTitle({ kind: 'update' })).toBe('Update');
  expect(operationTitle({ kind: 'unarchive', rolledBackTo })).toBe('Unarchive');
});

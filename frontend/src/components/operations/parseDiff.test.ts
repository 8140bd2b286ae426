import { expect, test } from 'vitest';
import { parseDiff } from './parseDiff';

test('lines with their numbers, and a gap between hunks', () => {
  const diff =
    '--- a/instances/demo/config.yml\n+++ b/instances/demo/config.yml\n' +
    '@@ -1,3 +1,3 @@\n A: 1\n-B: 2\n+B: 3\n C: 4\n@@ -20 +20,2 @@\n Z: 1\n+ZZ: 2\n\\ No newline at end of file\n';
  expect(parseDiff(diff).map((l) => [l.kind, l.number, l.text])).toEqual([
    ['same', 1, 'A: 1'],
    ['remove', 2, 'B: 2'],
    ['add', 2, 'B: 3'],
    ['same', 3, 'C: 4'],
    ['gap', 0, ''],
    ['same', 20, 'Z: 1'],
    ['add', 21, 'ZZ: 2'],
  ]);
});

test('a line that begins with two dashes is no header', () => {
  expect(parseDiff('@@ -1 +0,0 @@\n--- a comment\n')).toEqual([
    { kind: 'remove', text: '-- a comment', number: 1 },
  ]);
});

test.each(['', 'no diff at all'])('%j has no lines', (text) => {
  expect(parseDiff(text)).toEqual([]);
});

import { expect, test } from 'vitest';
import { type Choice, conflictsOf, decided, merge } from './merge';

const base = 'A: 1\nB: 2\nC: 3\nD: 4\n';

const kept: [string, string, string, string][] = [
  ['apart', 'A: 9\nB: 2\nC: 3\nD: 4\n', 'A: 1\nB: 2\nC: 3\nD: 8\n', 'A: 9\nB: 2\nC: 3\nD: 8\n'],
  ['on neighbouring lines', 'A: 1\nB: 9\nC: 3\nD: 4\n', 'A: 1\nB: 2\nC: 8\nD: 4\n', 'A: 1\nB: 9\nC: 8\nD: 4\n'],
  ['alike', 'A: 9\nB: 2\nC: 3\nD: 4\n', 'A: 9\nB: 2\nC: 3\nD: 4\nE: 5\n', 'A: 9\nB: 2\nC: 3\nD: 4\nE: 5\n'],
  ['only theirs', 'B: 2\n', base, 'B: 2\n'],
  ['only mine', base, '', ''],
]; // prettier-ignore

test.each(kept)('changes %s are both kept', (_, theirs, mine, merged) => {
  const parts = merge(base, theirs, mine);
  expect(conflictsOf(parts)).toEqual([]);
  expect(decided(parts, new Map())).toBe(merged);
});

const chosen: [Choice, string][] = [
  ['theirs', 'A: 1\nB: 7\nC: 3\nD: 4\n'],
  ['mine', 'A: 1\nB: 8\nC: 3\nD: 4\n'],
  ['both', 'A: 1\nB: 7\nB: 8\nC: 3\nD: 4\n'],
];

test.each(chosen)('a line that both changed is decided for %s', (choice, merged) => {
  const parts = merge(base, base.replace('B: 2', 'B: 7'), base.replace('B: 2', 'B: 8'));
  const [conflict] = conflictsOf(parts);
  expect(conflict).toEqual({ base: ['B: 2'], theirs: ['B: 7'], mine: ['B: 8'] });
  expect(decided(parts, new Map())).toBeUndefined();
  expect(conflict && decided(parts, new Map([[conflict, choice]]))).toBe(merged);
});

test('of neighbouring lines only those that both changed are to be decided', () => {
  const parts = merge(base, base.replace('B: 2', 'B: 7'), base.replace('B: 2\nC: 3', 'B: 8\nC: 9'));
  const [conflict, ...others] = conflictsOf(parts);
  expect(conflict).toEqual({ base: ['B: 2'], theirs: ['B: 7'], mine: ['B: 8'] });
  expect(others).toEqual([]);
  expect(conflict && decided(parts, new Map([[conflict, 'theirs']]))).toBe('A: 1\nB: 7\nC: 9\nD: 4\n');
});

test('what both add at the end is decided, for either may repeat the other', () => {
  const parts = merge(base, `${base}E: 5\n`, `${base}F: 6\n`);
  const [conflict] = conflictsOf(parts);
  expect(conflict && decided(parts, new Map([[conflict, 'both']]))).toBe(`${base}E: 5\nF: 6\n`);
});

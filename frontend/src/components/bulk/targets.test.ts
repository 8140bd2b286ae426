import { expect, test } from 'vitest';
import type { Target } from '@/api/types';
import { addTargets, countOf, mostTargets, readTargets, writeTargets } from './targets';

const targets = [
  { cluster: 'a', instance: 'x' },
  { cluster: 'b', instance: 'y' },
  { cluster: 'a', instance: 'z' },
];

test('targets survive an address', () => {
  expect(writeTargets(targets)).toEqual(['a:x,z', 'b:y']);
  expect(readTargets(writeTargets(targets))).toHaveLength(3);
  expect(countOf(targets)).toBe('3 instances on 2 clusters');
});

test.each([[['']], [['a']], [['a:']], [[':x']], [['a:,']]])('%j names nothing', (on) => {
  expect(readTargets(on)).toEqual([]);
});

test('what is named twice is there once', () => {
  expect(readTargets(['a:x,x', 'a:x'])).toEqual([{ cluster: 'a', instance: 'x' }]);
});

test('others are added after those that are chosen, each once, up to the most', () => {
  const [x, y, z] = targets as [Target, Target, Target];
  expect(addTargets([x, y], [z, y, x])).toEqual([x, y, z]);
  const many = Array.from({ length: mostTargets + 5 }, (_, i) => ({ cluster: 'c', instance: `i${i}` }));
  const all = addTargets([x], many);
  expect(all).toHaveLength(mostTargets);
  expect(all[0]).toEqual(x);
});

import { expect, test } from 'vitest';
import { countOf, readTargets, writeTargets } from './targets';

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

import { expect, test } from 'vitest';
import { effectOf, isIdentity, keysOf } from './known';

test.each([
  ['instances/demo/config.yml', 'LMS_HOST', 'COMPREHENSIVE_THEME_NAME'],
  ['instances/demo/grove.yml', 'COMPREHENSIVE_THEME_NAME', 'LMS_HOST'],
  ['cluster.yml', 'TF_VAR_cluster_name', 'LMS_HOST'],
])('%s has keys of its own', (path, its, another) => {
  expect(keysOf([path])).toHaveProperty(its);
  expect(keysOf([path])).not.toHaveProperty(another);
});

test('of other files no key is known; of several, those of each', () => {
  expect(keysOf(['instances/demo/requirements.txt'])).toEqual({});
  expect(Object.keys(keysOf(['config.yml', 'grove.yml']))).toEqual(
    expect.arrayContaining(['ID', 'PR_WATCHER']),
  );
});

const effects = [
  { key: 'RUN_MYSQL', effects: ['leavesData', 'migrations'] },
  { key: 'RUN_*', effects: ['migrations'] },
];

test('the first row that fits says what a change causes', () => {
  expect(effectOf('RUN_MYSQL', effects)).toBe('Leaves existing data behind, runs migrations.');
  expect(effectOf('RUN_REDIS', effects)).toBe('Runs migrations.');
  expect(effectOf('PLATFORM_NAME', effects)).toBe('');
  expect([isIdentity('RUN_MYSQL', effects), isIdentity('RUN_REDIS', effects)]).toEqual([true, false]);
});

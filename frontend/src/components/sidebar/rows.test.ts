import { expect, test } from 'vitest';
import type { ClusterBranch, ClusterTree } from '@/api/types';
import { rowsOf } from './rows';

const leaf = { lifecycle: 'active', health: 'healthy', problems: false } as const;

const tree: ClusterTree = {
  revision: 1,
  tag: '1',
  partial: false,
  clusters: [
    {
      id: 'a',
      name: 'alpha',
      problems: 0,
      instances: [
        { ...leaf, name: 'one' },
        { ...leaf, name: 'two', health: 'failed' },
        { ...leaf, name: 'archived', lifecycle: 'deleted', health: 'failed' },
      ],
    },
    { id: 'b', name: 'beta', problems: 0, instances: [{ ...leaf, name: 'three', pipeline: 'running' }] },
    { id: 'c', name: 'gamma', problems: 2, instances: [{ ...leaf, name: 'four' }] },
  ],
};

const ids = (folded: string[] = [], filter = '') =>
  rowsOf(tree, new Set(folded), filter).map((row) => row.id);

test('clusters hold their instances, but not those that left git', () => {
  expect(ids()).toEqual(['a', 'a/one', 'a/two', 'b', 'b/three', 'c', 'c/four']);
});

test('a folded cluster hides its instances', () => {
  expect(ids(['a', 'c'])).toEqual(['a', 'b', 'b/three', 'c']);
});

test('a filter opens what it finds, also within what is folded', () => {
  expect(ids(['a', 'b'], 'T')).toEqual(['a', 'a/two', 'b', 'b/three']);
});

test('a filter that names a cluster keeps all of it', () => {
  expect(ids([], 'alph')).toEqual(['a', 'a/one', 'a/two']);
});

test('a cluster shows the worst of its own instances and files, no other cluster does', () => {
  const rows = rowsOf(tree, new Set(), '');
  const states = rows.filter((row) => row.kind === 'cluster').map((row) => row.state);
  expect(states).toEqual(['failed', 'healthy', 'degraded']);
});

test('what is wrong with the cluster itself counts, and hides no instance that failed', () => {
  const state = (own: Partial<ClusterBranch>, health: 'healthy' | 'failed' = 'healthy') => {
    const branch = { id: 'a', name: 'a', problems: 0, instances: [{ ...leaf, name: 'one', health }], ...own };
    return rowsOf({ revision: 1, tag: '1', partial: false, clusters: [branch] }, new Set(), '')[0]?.state;
  };
  expect(state({ problems: 2 }, 'failed')).toBe('failed');
  expect(state({ online: { state: 'offline' } })).toBe('failed');
  expect(state({ pipeline: 'failed' })).toBe('failed');
  expect(state({ syncError: 'GitLab refuses the token.' })).toBe('degraded');
  expect(state({ pipeline: 'running' })).toBe('progressing');
  expect(state({ online: { state: 'unknown' } })).toBe('healthy');
});

test('a cluster counts the instances that are listed', () => {
  const [first] = rowsOf(tree, new Set(['a']), '');
  expect(first).toMatchObject({ id: 'a', count: 2 });
});

test('positions count within the parent', () => {
  expect(rowsOf(tree, new Set(), '').map((row) => [row.position, row.size])).toEqual([
    [1, 3],
    [1, 2],
    [2, 2],
    [2, 3],
    [1, 1],
    [3, 3],
    [1, 1],
  ]);
});

import { expect, test } from 'vitest';
import { mergeTree } from './tree';
import type { ClusterTree } from './types';

function tree(tag: string, ids: string[], more: Partial<ClusterTree> = {}): ClusterTree {
  return {
    revision: 1,
    tag,
    partial: false,
    clusters: ids.map((id) => ({
      id,
      name: `${id} of ${tag}`,
      problems: 0,
      online: { state: 'online' },
      instances: [],
    })),
    ...more,
  };
}

const names = (t: ClusterTree) => t.clusters.map((c) => c.name);

test('a partial tree replaces, adds and removes clusters', () => {
  const known = tree('old', ['a', 'b', 'd']);
  const merged = mergeTree(known, tree('new', ['c', 'b'], { partial: true, removed: ['d', 'x'] }));
  expect(names(merged)).toEqual(['a of old', 'b of new', 'c of new']);
  expect(merged).toMatchObject({ tag: 'new', partial: false });
  expect(merged).not.toHaveProperty('removed');
  expect(names(known)).toEqual(['a of old', 'b of old', 'd of old']);
});

test('a complete tree stands for itself', () => {
  expect(names(mergeTree(tree('old', ['a', 'b']), tree('new', ['c'])))).toEqual(['c of new']);
  expect(names(mergeTree(undefined, tree('new', ['c'])))).toEqual(['c of new']);
});

import type { ClusterTree } from './types';

/** Brings a tree up to date with an answer, which may have only the clusters that changed. */
export function mergeTree(known: ClusterTree | undefined, answer: ClusterTree): ClusterTree {
  if (known === undefined || !answer.partial) return answer;
  const clusters = new Map(known.clusters.map((cluster) => [cluster.id, cluster]));
  for (const id of answer.removed ?? []) clusters.delete(id);
  for (const cluster of answer.clusters) clusters.set(cluster.id, cluster);
  const { removed: _, ...rest } = answer;
  return {
    ...rest,
    partial: false,
    // As the server lists them: by id, and not as people of some country sort.
    clusters: [...clusters.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
  };
}

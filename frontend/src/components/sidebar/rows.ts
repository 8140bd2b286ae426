import { isLive, needsAttention, type State, stateOf, stateOfCluster, worst } from '@/api/status';
import type { ClusterBranch, ClusterTree, InstanceLeaf } from '@/api/types';

export interface ClusterRow {
  kind: 'cluster';
  id: string;
  cluster: ClusterBranch;
  state: State;
  /** Live instances that are listed when it is open. */
  count: number;
  open: boolean;
  position: number;
  size: number;
}

export interface InstanceRow {
  kind: 'instance';
  id: string;
  cluster: ClusterBranch;
  instance: InstanceLeaf;
  state: State;
  position: number;
  size: number;
}

export type Row = ClusterRow | InstanceRow;

/**
 * The tree as the rows that are visible. A filter keeps clusters whose name matches, whole, and the
 * instances whose name matches; it opens what it finds. `problemsOnly` keeps what needs a person.
 */
export function rowsOf(
  tree: ClusterTree,
  folded: ReadonlySet<string>,
  filter: string,
  problemsOnly = false,
): Row[] {
  const text = filter.trim().toLowerCase();
  const kept = tree.clusters
    .map((cluster) => ({
      cluster,
      instances: matching(cluster, text).filter((i) => !problemsOnly || needsAttention(i)),
    }))
    .filter(
      ({ cluster, instances }) =>
        instances.length > 0 ||
        ((text === '' || hit(cluster.name, text)) &&
          (!problemsOnly || ['failed', 'degraded'].includes(stateOfCluster(cluster)))),
    );
  return kept.flatMap(({ cluster, instances }, i): Row[] => {
    const open = text !== '' ? instances.length > 0 : !folded.has(cluster.id);
    const head: ClusterRow = {
      kind: 'cluster',
      id: cluster.id,
      cluster,
      state: worstOf(cluster),
      count: instances.filter(isLive).length,
      open,
      position: i + 1,
      size: kept.length,
    };
    if (!open) return [head];
    const leaves = instances.map((instance, j): InstanceRow => ({
      kind: 'instance',
      id: `${cluster.id}/${instance.name}`,
      cluster,
      instance,
      state: stateOf(instance),
      position: j + 1,
      size: instances.length,
    }));
    return [head, ...leaves];
  });
}

/** What is not known of the cluster itself says nothing against its instances. */
function worstOf(cluster: ClusterBranch): State {
  const own = stateOfCluster(cluster);
  const living = cluster.instances.filter(isLive).map(stateOf);
  return worst(own === 'unknown' ? living : [own, ...living]);
}

function matching(cluster: ClusterBranch, text: string): InstanceLeaf[] {
  const living = cluster.instances.filter((i) => i.lifecycle !== 'deleted');
  return text === '' || hit(cluster.name, text) ? living : living.filter((i) => hit(i.name, text));
}

function hit(name: string, text: string): boolean {
  return name.toLowerCase().includes(text);
}

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { treeQuery } from '@/api/queries/fleet';
import type { ClusterBranch } from '@/api/types';

/** The clusters by id, as far as they are known. */
export function useClusters(): ReadonlyMap<string, ClusterBranch> {
  const { data } = useQuery(treeQuery);
  return useMemo(() => new Map(data?.clusters.map((cluster) => [cluster.id, cluster])), [data]);
}

/** The name of a cluster; its id until the name is known. */
export function useClusterName(id: string): string {
  return useClusters().get(id)?.name ?? id;
}

import { Crumb } from './Page';
import { useClusterName } from './useClusters';
import * as texts from '@/texts/common';

interface ClusterCrumbsProps {
  cluster: string;
  instance?: string;
}

/** The way to something within a cluster, or about an instance on it. */
export function ClusterCrumbs({ cluster, instance }: ClusterCrumbsProps) {
  return (
    <>
      <Crumb to="/clusters">{texts.clusters}</Crumb>
      <Crumb to="/clusters/$cluster" params={{ cluster }}>
        {useClusterName(cluster)}
      </Crumb>
      {instance !== undefined && (
        <Crumb to="/clusters/$cluster/instances/$instance" params={{ cluster, instance }}>
          {instance}
        </Crumb>
      )}
    </>
  );
}

import { TextLink } from './links';
import { Crumb } from './Page';
import { useClusterName } from './useClusters';
import * as texts from '@/texts/common';

/** The way to something within a cluster. */
export function ClusterCrumbs({ cluster }: { cluster: string }) {
  return (
    <>
      <Crumb>
        <TextLink to="/clusters">{texts.clusters}</TextLink>
      </Crumb>
      <Crumb>
        <TextLink to="/clusters/$cluster" params={{ cluster }}>
          {useClusterName(cluster)}
        </TextLink>
      </Crumb>
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { clusterQuery } from '@/api/queries/fleet';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Loaded } from '@/components/Loaded';
import { Notice } from '@/components/Notice';
import { Page } from '@/components/Page';
import { useMay } from '@/components/useMe';
import { DeployForm } from '../-DeployForm';
import * as texts from '@/texts/clusters';

export const Route = createFileRoute('/_app/clusters/$cluster/deploy')({ component: Deploy });

function Deploy() {
  const { cluster } = Route.useParams();
  const query = useQuery(clusterQuery(cluster));
  const operator = useMay('operator', cluster);
  return (
    <Page
      title={texts.deployANewInstance}
      tab={texts.deployOn(cluster)}
      crumbs={<ClusterCrumbs cluster={cluster} />}
      about={texts.usesSDefaultsPlusYour(query.data?.cluster.name ?? cluster)}
    >
      <Loaded query={query} what={texts.theCluster}>
        {(page) =>
          operator ? (
            <DeployForm cluster={page.cluster} taken={page.instances.map((i) => i.name)} />
          ) : (
            <Notice tone="warn" title={texts.youDontHavePermission}>
              {texts.youNeedTheOperatorRole}
            </Notice>
          )
        }
      </Loaded>
    </Page>
  );
}

import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { clusterQuery } from '@/api/queries/fleet';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { useMay } from '@/components/useMe';
import { DeployForm } from '../-DeployForm';

export const Route = createFileRoute('/_app/clusters/$cluster/deploy')({ component: Deploy });

function Deploy() {
  const { cluster } = Route.useParams();
  const query = useQuery(clusterQuery(cluster));
  const operator = useMay('operator', cluster);
  return (
    <Page
      title="Deploy a new instance"
      tab={`Deploy on ${cluster}`}
      crumbs={<ClusterCrumbs cluster={cluster} />}
      about={`On ${query.data?.cluster.name ?? cluster}, from the cluster's defaults and what you override.`}
    >
      <Loaded query={query} what="The cluster">
        {(page) =>
          operator ? (
            <DeployForm cluster={page.cluster} taken={page.instances.map((i) => i.name)} />
          ) : (
            <Alert color="yellow" title="Your role does not allow this">
              Deploying needs the role of an operator on this cluster. Ask an administrator.
            </Alert>
          )
        }
      </Loaded>
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { instanceQuery } from '@/api/queries/fleet';
import { configurationQuery } from '@/api/queries/operations';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Update } from '@/components/editor/Update';
import { Loaded } from '@/components/Loaded';
import { isMissing, MissingPage } from '@/components/MissingPage';
import { Notice } from '@/components/Notice';
import { Page } from '@/components/Page';
import { useMay } from '@/components/useMe';
import * as texts from '@/texts/clusters';

export const Route = createFileRoute('/_app/clusters/$cluster/instances/$instance/update')({
  component: UpdateRoute,
});

function UpdateRoute() {
  const { cluster, instance } = Route.useParams();
  const navigate = Route.useNavigate();
  const operator = useMay('operator', cluster);
  const query = useQuery({ ...configurationQuery(cluster, instance), enabled: operator });
  const { data: details } = useQuery({ ...instanceQuery(cluster, instance), enabled: operator });
  // What is being edited stays, also when the instance goes away meanwhile.
  if (isMissing(query)) return <MissingPage />;
  return (
    <Page
      title={texts.update2(instance)}
      crumbs={<ClusterCrumbs cluster={cluster} instance={instance} />}
      about={texts.editTheConfigurationReviewThe}
    >
      {operator ? (
        <Loaded query={query} what={texts.theConfiguration} lines={12}>
          {(files) => (
            <Update
              key={`${cluster}/${instance}`}
              cluster={cluster}
              instance={instance}
              tutor={details?.instance.tutor}
              files={files}
              onReload={() => void query.refetch()}
              reloading={query.isFetching}
              onStarted={(operation) =>
                void navigate({
                  to: '/clusters/$cluster/instances/$instance',
                  params: { cluster, instance },
                  search: { operation: operation.id },
                  ignoreBlocker: true,
                })
              }
            />
          )}
        </Loaded>
      ) : (
        <Notice tone="warn" title={texts.youDontHavePermission}>
          {texts.youNeedTheOperatorRole}
        </Notice>
      )}
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { usageContractQuery } from '@/api/queries/projects';
import { Loaded } from '@/components/Loaded';
import { NotAllowed } from '@/components/NotAllowed';
import { useMay } from '@/components/useMe';
import { ProjectFrame } from '../-ProjectFrame';
import { UsageEditor } from '../-UsageEditor';
import * as texts from '@/texts/projects';

export const Route = createFileRoute('/_app/administration/projects/$cluster/usage')({
  component: UsageRoute,
});

function UsageRoute() {
  const { cluster } = Route.useParams();
  const administrator = useMay('administrator', cluster);
  const query = useQuery({ ...usageContractQuery(cluster), enabled: administrator });
  if (!administrator) return <NotAllowed title={cluster}>{texts.onlyAdministrators}</NotAllowed>;
  return (
    <ProjectFrame cluster={cluster}>
      {() => (
        <Loaded query={query} what={texts.theUsageReport} lines={8}>
          {(page) => <UsageEditor key={cluster} cluster={cluster} page={page} />}
        </Loaded>
      )}
    </ProjectFrame>
  );
}

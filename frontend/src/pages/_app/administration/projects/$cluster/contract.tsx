import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { contractQuery } from '@/api/queries/projects';
import { Loaded } from '@/components/Loaded';
import { NotAllowed } from '@/components/NotAllowed';
import { useMay } from '@/components/useMe';
import { ContractEditor } from '../-ContractEditor';
import { ProjectFrame } from '../-ProjectFrame';
import * as texts from '@/texts/projects';

export const Route = createFileRoute('/_app/administration/projects/$cluster/contract')({
  component: ContractRoute,
});

function ContractRoute() {
  const { cluster } = Route.useParams();
  const administrator = useMay('administrator', cluster);
  const query = useQuery({ ...contractQuery(cluster), enabled: administrator });
  if (!administrator) return <NotAllowed title={cluster}>{texts.onlyAdministrators}</NotAllowed>;
  return (
    <ProjectFrame cluster={cluster}>
      {() => (
        <Loaded query={query} what={texts.theGroveIntegration} lines={8}>
          {(page) => <ContractEditor key={JSON.stringify(page.changed)} cluster={cluster} page={page} />}
        </Loaded>
      )}
    </ProjectFrame>
  );
}

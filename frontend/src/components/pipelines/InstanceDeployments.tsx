import type { InstanceDetails } from '@/api/types';
import { Empty } from '../Empty';
import { TextLink } from '../links';
import { Panel } from '../Panel';
import { OperationTable } from './OperationTable';
import { PipelineTable } from './PipelineTable';

interface InstanceDeploymentsProps {
  details: InstanceDetails;
  /** The operation that is shown above. */
  shown: string | undefined;
}

/** The newest pipelines and operations about an instance. */
export default function InstanceDeployments({ details, shown }: InstanceDeploymentsProps) {
  const { cluster, name: instance } = details.instance;
  return (
    <>
      <Panel title="Pipelines" note={details.pipelines.length} flush>
        {details.pipelines.length === 0 ? (
          <Empty title="No pipelines">None about this instance is known.</Empty>
        ) : (
          <PipelineTable label="Pipelines" pipelines={details.pipelines} />
        )}
      </Panel>
      <Panel
        title="Operations"
        flush
        actions={
          <TextLink to="/clusters/$cluster/instances/$instance/history" params={{ cluster, instance }}>
            Whole history
          </TextLink>
        }
      >
        {details.operations.length === 0 ? (
          <Empty title="No operations">Ocim was not asked for any lately.</Empty>
        ) : (
          <OperationTable operations={details.operations} shown={shown} />
        )}
      </Panel>
    </>
  );
}

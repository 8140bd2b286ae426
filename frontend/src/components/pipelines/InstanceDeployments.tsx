import type { InstanceDetails, Pipeline } from '@/api/types';
import { Empty } from '../Empty';
import { TextLink } from '../links';
import { RollBack } from '../operations/RollBack';
import { Panel } from '../Panel';
import { OperationTable } from './OperationTable';
import { PipelineTable } from './PipelineTable';
import * as texts from '@/texts/pipelines';

interface InstanceDeploymentsProps {
  details: InstanceDetails;
  /** The operation that is shown above. */
  shown: string | undefined;
}

/** The newest pipelines and operations about an instance. */
export default function InstanceDeployments({ details, shown }: InstanceDeploymentsProps) {
  const { cluster, name: instance } = details.instance;
  // The newest is what runs.
  const [, ...earlier] = details.instance.lifecycle === 'active' ? details.pipelines.filter(deployed) : [];
  return (
    <>
      <Panel title={texts.pipelines} note={details.pipelines.length} flush>
        {details.pipelines.length === 0 ? (
          <Empty title={texts.noPipelines}>{texts.noPipelineOfThisInstance}</Empty>
        ) : (
          <PipelineTable
            label={texts.pipelines}
            pipelines={details.pipelines}
            {...(earlier.length === 0
              ? {}
              : {
                  last: (pipeline) =>
                    earlier.includes(pipeline) && (
                      <RollBack cluster={cluster} instance={instance} to={pipeline.sha}>
                        {texts.pipelineUndefinedRollBackTo(pipeline.id)}
                      </RollBack>
                    ),
                })}
          />
        )}
      </Panel>
      <Panel
        title={texts.operations}
        flush
        actions={
          <TextLink to="/clusters/$cluster/instances/$instance/history" params={{ cluster, instance }}>
            {texts.fullHistory}
          </TextLink>
        }
      >
        {details.operations.length === 0 ? (
          <Empty title={texts.noOperations}>{texts.noRecentOperationsChangesMade}</Empty>
        ) : (
          <OperationTable operations={details.operations} shown={shown} />
        )}
      </Panel>
    </>
  );
}

/** Whether its commit holds a configuration that was deployed. */
function deployed({ status, source, parent, operation }: Pipeline): boolean {
  const kinds = ['create', 'update', 'unarchive'];
  const own = parent === undefined && source !== 'trigger' && source !== 'parent_pipeline';
  return own && status === 'success' && kinds.includes(operation ?? '');
}

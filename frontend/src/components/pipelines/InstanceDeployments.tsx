import type { InstanceDetails } from '@/api/types';
import { Empty } from '../Empty';
import { RollBack } from '../operations/RollBack';
import { hasDeployed } from '../operations/versions';
import { Panel } from '../Panel';
import { PipelineTable } from './PipelineTable';
import * as texts from '@/texts/pipelines';

/** The newest pipelines about an instance, and ways back to what they deployed. */
export default function InstanceDeployments({ details }: { details: InstanceDetails }) {
  const { cluster, name: instance, lifecycle } = details.instance;
  // The newest is what runs.
  const [, ...earlier] = lifecycle === 'active' ? details.pipelines.filter(hasDeployed) : [];
  return (
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
  );
}

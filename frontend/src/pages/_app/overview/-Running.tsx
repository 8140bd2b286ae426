import type { Overview } from '@/api/types';
import { Subject } from '@/components/activity/Subject';
import { QuietLink } from '@/components/links';
import { Panel } from '@/components/Panel';
import { pipelineLook, pipelineTitle } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import classes from './-overview.module.css';
import * as texts from '@/texts/overview';

/** The pipelines at work. */
export function Running({ running }: Pick<Overview, 'running'>) {
  return (
    <Panel title={texts.runningPipelines} note={running.length} flush>
      {running.length === 0 ? (
        <p className={`dim ${classes.nothing}`}>{texts.noPipelinesRunning}</p>
      ) : (
        <Table
          label={texts.runningPipelines}
          heads={[texts.instance, texts.status, texts.pipeline, texts.updated]}
        >
          {running.map(({ cluster, instance, pipeline }) => (
            <tr key={`${cluster}/${pipeline.id}/${instance ?? ''}`}>
              <td data-wrap>
                <Subject cluster={cluster} instance={instance} row />
              </td>
              <td>
                <Status look={pipelineLook(pipeline.status)} />
              </td>
              <td>
                {pipelineTitle(pipeline)}{' '}
                <QuietLink
                  to="/clusters/$cluster/pipelines/$pipeline"
                  params={{ cluster, pipeline: String(pipeline.id) }}
                >
                  #{pipeline.id}
                </QuietLink>
              </td>
              <td data-dim>
                <Time at={pipeline.updatedAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

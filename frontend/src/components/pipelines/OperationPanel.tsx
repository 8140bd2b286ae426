import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Fragment, useEffect } from 'react';
import { operationQuery, pipelineQuery } from '@/api/queries/pipelines';
import { hasEnded } from '@/api/status';
import type { Operation } from '@/api/types';
import { Failure } from '../Failure';
import { TextLink } from '../links';
import { Loaded } from '../Loaded';
import { Files } from '../operations/Files';
import { Progress } from '../operations/Progress';
import { Panel } from '../Panel';
import { SmallButton } from '../SmallButton';
import { operationLooks, operationTitle, pipelineLook } from '../status/looks';
import { Status } from '../status/Status';
import { Time } from '../Time';
import { Jobs } from './Jobs';
import classes from './pipelines.module.css';
import { Steps } from './Steps';
import * as texts from '@/texts/pipelines';

interface OperationPanelProps {
  cluster: string;
  id: string;
  /** Given where something shorter can stand in its place. */
  onClose?: () => void;
}

/** An operation from its request to its end, with the jobs of the pipeline that does it. */
export function OperationPanel({ cluster, id, onClose }: OperationPanelProps) {
  const query = useQuery(operationQuery(cluster, id));
  const queryClient = useQueryClient();
  const state = query.data?.operation.state;
  useEffect(() => {
    // What the operation changed shows elsewhere, too.
    if (state === undefined) return;
    for (const queryKey of [
      ['instance', cluster],
      ['tree'],
      ['instances'],
      ['cluster', cluster],
      ['undeployed', cluster],
    ]) {
      void queryClient.invalidateQueries({ queryKey });
    }
  }, [state, cluster, queryClient]);
  const operation = query.data?.operation;
  return (
    <Panel
      title={operation ? texts.operation2(operationTitle(operation)) : texts.operation}
      note={operation && <Status look={operationLooks[operation.state]} />}
      actions={
        onClose && (
          <SmallButton aria-expanded onClick={onClose}>
            {texts.hideDetails}
          </SmallButton>
        )
      }
    >
      <Loaded query={query} what={texts.theOperation}>
        {({ operation: shown, pipelines, files, estimate, ahead }) => (
          <div className="stack">
            <p className={`row small dim ${classes.asked}`}>
              {texts.requestedBy(shown.requestedBy, <Time at={shown.requestedAt} />)}
              {shown.reason !== undefined && <>: “{shown.reason}”</>}
            </p>
            {shown.takenOverBy !== undefined && (
              <p className={`row small dim ${classes.asked}`}>{texts.takenOverBy(shown.takenOverBy)}</p>
            )}
            <Steps operation={shown} />
            <Progress operation={shown} estimate={estimate} ahead={ahead} />
            <Detail operation={shown} />
            {shown.duplicates !== undefined && (
              <p className={`row small dim ${classes.asked}`}>
                {texts.startedTwice(
                  shown.duplicates.map((pipeline, i) => (
                    <Fragment key={pipeline}>
                      {i > 0 && ', '}
                      <TextLink
                        to="/clusters/$cluster/pipelines/$pipeline"
                        params={{ cluster, pipeline: String(pipeline) }}
                      >
                        #{pipeline}
                      </TextLink>
                    </Fragment>
                  )),
                )}
              </p>
            )}
            {files.length > 0 && (
              <details>
                <summary className={`small dim ${classes.summary}`}>{texts.gitChanges(files.length)}</summary>
                <Files files={files} created={shown.kind === 'create'} />
              </details>
            )}
            {pipelines.length > 0 && <LatestPipeline cluster={cluster} id={pipelines.at(-1)?.id ?? 0} />}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function Detail({ operation }: { operation: Operation }) {
  const { detail, state } = operation;
  if (detail === undefined) return null;
  if (state === 'failed')
    return <Failure error={new Error(detail)} what={texts.theOperationFailed} cause={detail} />;
  return <p className={`row small dim ${classes.asked}`}>{detail}</p>;
}

function LatestPipeline({ cluster, id }: { cluster: string; id: number }) {
  const query = useQuery(pipelineQuery(cluster, id));
  return (
    <Loaded query={query} what={texts.thePipeline} lines={3}>
      {({ pipeline, children }) => {
        const working = children.findLast((child) => (child.stages?.length ?? 0) > 0) ?? pipeline;
        return (
          <section aria-label={texts.pipeline} className={`stack gap-12 ${classes.inner}`}>
            <p className={`row small dim ${classes.asked}`}>
              <TextLink
                to="/clusters/$cluster/pipelines/$pipeline"
                params={{ cluster, pipeline: String(working.id) }}
              >
                {texts.pipeline2(working.id)}
              </TextLink>{' '}
              <Status look={pipelineLook(working.status)} />
            </p>
            <Jobs pipeline={working} />
          </section>
        );
      }}
    </Loaded>
  );
}

/** The operation to show on a page: the one the address names, else the newest. */
export function chosenOperation(
  operations: readonly Operation[],
  wanted: string | undefined,
): string | undefined {
  if (wanted !== undefined) return wanted;
  return (operations.find((o) => !hasEnded(o.state)) ?? operations[0])?.id;
}

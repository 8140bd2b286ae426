import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { operationQuery } from '@/api/queries/pipelines';
import type { Operation } from '@/api/types';
import { TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { actNote, actWords } from '@/components/pipelines/acts';
import { PipelineTable } from '@/components/pipelines/PipelineTable';
import { operationLooks, operationTitle } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import { Disclosure } from '@/components/ui/Disclosure';
import { duration, parseTime } from '@/lib/time';
import { Files } from './Files';
import classes from './history.module.css';
import { Progress } from './Progress';
import { RollBack } from './RollBack';
import * as texts from '@/texts/operations';

interface HistoryEntryProps {
  operation: Operation;
  open: boolean;
  /** Whether what it deployed is what stands. */
  current: boolean;
  /** Whether it left something to go back to. */
  earlier: boolean;
  onToggle: () => void;
  /** Stands below the line. */
  children?: ReactNode;
}

/** An operation of the past: a line that opens to its changes and pipelines. */
export function HistoryEntry({
  operation: o,
  open,
  current,
  earlier,
  onToggle,
  children,
}: HistoryEntryProps) {
  return (
    <li className={classes.entry}>
      <div className={`row ${classes.line}`}>
        <Disclosure open={open} className={classes.kind} onClick={onToggle}>
          {operationTitle(o)}
        </Disclosure>
        <Status look={operationLooks[o.state]} />
        {current && <span className={`tiny ${classes.current}`}>{texts.current}</span>}
        <span className={`small dim end break ${classes.who}`}>
          {o.requestedBy}, <Time at={o.requestedAt} />
        </span>
        <span className={`small dim numbers ${classes.took}`}>{took(o)}</span>
        {earlier && (
          <RollBack cluster={o.cluster} instance={o.instance} to={o.id}>
            {texts.pipelineUndefinedRollBackTo(o.pipelines?.at(-1))}
          </RollBack>
        )}
      </div>
      {o.reason !== undefined && <p className={`small ${classes.reason}`}>“{o.reason}”</p>}
      {o.detail !== undefined && <p className={`small dim ${classes.detail}`}>{o.detail}</p>}
      {children}
      {open && <Details operation={o} />}
    </li>
  );
}

function Details({ operation: { cluster, id, instance } }: { operation: Operation }) {
  const query = useQuery(operationQuery(cluster, id));
  return (
    <div className={`stack gap-12 ${classes.details}`}>
      <Loaded query={query} what={texts.theOperation}>
        {({ operation, files, pipelines, actions, estimate, ahead }) => (
          <>
            <p className="small dim">
              {texts.deployment(operation.deploymentId)}
              {operation.commit !== undefined && <>{texts.commit(operation.commit.slice(0, 8))}</>}
              {operation.rolledBackTo !== undefined && (
                <>{texts.restoredFromCommit(operation.rolledBackTo.slice(0, 8))}</>
              )}
              .{' '}
              <TextLink
                to="/clusters/$cluster/instances/$instance"
                params={{ cluster, instance }}
                search={{ operation: id }}
              >
                {texts.follow}
              </TextLink>
            </p>
            <Progress operation={operation} estimate={estimate} ahead={ahead} />
            {files.length > 0 ? (
              <Files files={files} created={operation.kind === 'create'} />
            ) : (
              <p className="small dim">{texts.groveCommitsThisChangeTo}</p>
            )}
            {pipelines.length > 0 && <PipelineTable label={texts.pipelines} pipelines={pipelines} />}
            {actions.map((act) => (
              <p key={act.id} className="small dim">
                {texts.pipeline(act.pipeline, actWords(act), <Time at={act.at} />)}
                {actNote(act) !== undefined && <>: {actNote(act)}</>}
              </p>
            ))}
          </>
        )}
      </Loaded>
    </div>
  );
}

function took({ requestedAt, endedAt }: Operation): string {
  const [start, end] = [parseTime(requestedAt), parseTime(endedAt)];
  return start && end ? duration(end.getTime() - start.getTime()) : '';
}

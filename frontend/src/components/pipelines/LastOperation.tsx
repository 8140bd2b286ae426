import type { Operation } from '@/api/types';
import { operationLooks, operationTitle } from '../status/looks';
import { Status } from '../status/Status';
import { Time } from '../Time';
import classes from './pipelines.module.css';
import * as texts from '@/texts/pipelines';

/** An operation in one line: what, how it ended, when, by whom and why. */
export function LastOperation({ operation: o }: { operation: Operation }) {
  const ended = o.endedAt !== undefined;
  return (
    <span className={classes.last}>
      <strong>{operationTitle(o)}</strong>
      <Status look={operationLooks[o.state]} />
      <span>
        <Time at={ended ? o.endedAt : o.requestedAt} />
        {texts.byPerson(o.requestedBy)}
      </span>
      {o.state === 'canceled' && o.detail !== undefined && <span>{o.detail}</span>}
      {o.reason !== undefined && <span className={classes.lastReason}>“{o.reason}”</span>}
    </span>
  );
}

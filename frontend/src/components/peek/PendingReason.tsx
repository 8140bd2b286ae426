import type { Instance } from '@/api/types';
import { needOf } from '../instances/reason';
import classes from './peek.module.css';

/** Why an instance needs a person and what to do next. Nothing when it does not. */
export function PendingReason({ instance }: { instance: Instance }) {
  const need = needOf(instance);
  if (need === undefined) return null;
  return (
    <div className={classes.reason} data-tone={instance.health.state === 'failed' ? 'bad' : 'warn'}>
      <p>{need.reason}</p>
      {need.nextStep !== undefined && <p className={classes.next}>{need.nextStep}</p>}
    </div>
  );
}

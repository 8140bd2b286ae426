import type { Instance } from '@/api/types';
import { reasonOf } from '../instances/reason';
import classes from './peek.module.css';

/** Why an instance needs a person and what to do next. Nothing when it does not. */
export function PendingReason({ instance }: { instance: Instance }) {
  const reason = reasonOf(instance);
  if (reason === undefined) return null;
  const { health } = instance;
  return (
    <div className={classes.reason} data-tone={health.state === 'failed' ? 'bad' : 'warn'}>
      <p>{reason}</p>
      {health.nextStep !== undefined && <p className={classes.next}>{health.nextStep}</p>}
    </div>
  );
}

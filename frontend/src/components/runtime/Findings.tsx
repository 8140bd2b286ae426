import type { Finding } from '@/api/types';
import { Time } from '@/components/Time';
import classes from './runtime.module.css';
import * as texts from '@/texts/runtime';

/** All that is wrong with a pod or a Deployment, each with what to do. */
export function Findings({ of: { findings } }: { of: { findings?: Finding[] } }) {
  return findings?.map(({ reason, since, nextStep }, i) => (
    <p key={i} className={classes.finding}>
      {reason} <strong>{nextStep}</strong> <Time at={since} prefix={texts.forAtStart} lasting />
    </p>
  ));
}

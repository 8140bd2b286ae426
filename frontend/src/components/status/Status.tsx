import type { Look } from './looks';
import { Mark } from './Mark';
import classes from './status.module.css';

interface StatusProps {
  look: Look;
  /** Plain within tables; a pill where it stands alone. */
  pill?: boolean;
}

/** A status by shape, word and color. */
export function Status({ look, pill = false }: StatusProps) {
  return (
    <span className={`${classes.status} ${pill ? classes.pill : ''}`} data-tone={look.tone}>
      <Mark shape={look.shape} />
      <span className={classes.word}>{look.word}</span>
    </span>
  );
}

import type { Look } from '../status/looks';
import { Mark } from '../status/Mark';
import statusClasses from '../status/status.module.css';
import classes from './filters.module.css';

interface CountPillProps {
  look: Look;
  count: number;
  pressed: boolean;
  onPress: () => void;
}

/** A status with its count, to look at and to filter by. */
export function CountPill({ look, count, pressed, onPress }: CountPillProps) {
  return (
    <button
      type="button"
      className={`${classes.pill} ${statusClasses.status}`}
      data-tone={look.tone}
      data-none={count === 0}
      aria-pressed={pressed}
      onClick={onPress}
    >
      <Mark shape={look.shape} />
      <strong className="numbers">{count}</strong>
      <span className={classes.word}>{look.word}</span>
    </button>
  );
}

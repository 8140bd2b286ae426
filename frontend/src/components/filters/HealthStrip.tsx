import type { Health } from '@/api/types';
import { healthLooks } from '../status/looks';
import { Mark } from '../status/Mark';
import statusClasses from '../status/status.module.css';
import classes from './filters.module.css';

const order: readonly Health[] = ['failed', 'degraded', 'progressing', 'healthy', 'unknown'];

interface HealthStripProps {
  counts: Record<string, number>;
  chosen: readonly string[];
  onChoose: (values: Health[]) => void;
}

/** The healths with their counts, to look at and to filter by. */
export function HealthStrip({ counts, chosen, onChoose }: HealthStripProps) {
  const on = order.filter((health) => chosen.includes(health));
  return (
    <div className={classes.strip} role="group" aria-label="Health">
      {order.map((health) => {
        const look = healthLooks[health];
        const pressed = on.includes(health);
        return (
          <button
            key={health}
            type="button"
            className={`${classes.health} ${statusClasses.status}`}
            data-tone={look.tone}
            data-none={(counts[health] ?? 0) === 0}
            aria-pressed={pressed}
            onClick={() => onChoose(pressed ? on.filter((h) => h !== health) : [...on, health])}
          >
            <Mark shape={look.shape} />
            <strong className="numbers">{counts[health] ?? 0}</strong>
            <span className={classes.word}>{look.word}</span>
          </button>
        );
      })}
    </div>
  );
}

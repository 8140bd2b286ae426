import type { Health } from '@/api/types';
import { healthLooks } from '../status/looks';
import { CountPill } from './CountPill';
import * as texts from '@/texts/instances';

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
    <div className="row gap-6" role="group" aria-label={texts.health}>
      {order.map((health) => {
        const pressed = on.includes(health);
        return (
          <CountPill
            key={health}
            look={healthLooks[health]}
            count={counts[health] ?? 0}
            pressed={pressed}
            onPress={() => onChoose(pressed ? on.filter((h) => h !== health) : [...on, health])}
          />
        );
      })}
    </div>
  );
}

import type { ReactNode } from 'react';
import classes from './Facts.module.css';

export interface Fact {
  name: string;
  value: ReactNode;
  /** Stands smaller under the value: a reason, an age. */
  note?: ReactNode;
}

interface FactsProps {
  facts: readonly Fact[];
  /** Each as wide as it needs, where some are addresses; otherwise they stand in columns. */
  flow?: boolean;
}

/** Facts, each a name over its value. One without a value shows a dash, not nothing. */
export function Facts({ facts, flow = false }: FactsProps) {
  return (
    <dl className={flow ? `row ${classes.flow}` : classes.facts}>
      {facts.map(({ name, value, note }) => (
        <div key={name} className="break">
          <dt className={`tiny dim ${classes.name}`}>{name}</dt>
          <dd>
            {value ?? <span className="dim">—</span>}
            {note !== undefined && <div className="tiny dim">{note}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

import { Children, type CSSProperties, type ReactNode } from 'react';
import { Hidden } from './Hidden';
import { Time } from './Time';
import classes from './Table.module.css';
import * as texts from '@/texts/common';

interface TableProps {
  label: string;
  heads: readonly ReactNode[];
  children: ReactNode;
  /** Whether the rows come in groups of their own: tbody elements. */
  grouped?: boolean;
  /** What stands in its place without rows. */
  empty?: ReactNode;
}

/**
 * A plain table within a panel. Where there is little room its rows become cards, which name each value.
 * `data-dim` and `data-wrap` on cells.
 */
export function Table({ label, heads, children, grouped = false, empty }: TableProps) {
  if (empty !== undefined && Children.count(children) === 0) return empty;
  return (
    <div className={classes.scroller} role="group" aria-label={label} tabIndex={0}>
      <table className={classes.table} aria-label={label} style={namesOf(heads)}>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={i} scope="col">
                {head === '' ? <Hidden>{texts.actions}</Hidden> : head}
              </th>
            ))}
          </tr>
        </thead>
        {grouped ? children : <tbody>{children}</tbody>}
      </table>
    </div>
  );
}

/** The heads for the cards' style sheet, which stands them before the values. */
function namesOf(heads: readonly ReactNode[]): CSSProperties {
  return Object.fromEntries(
    heads.map((head, i) => [`--head-${i + 1}`, typeof head === 'string' ? JSON.stringify(head) : "''"]),
  );
}

interface TimeCellProps {
  at: string | undefined;
  ahead?: boolean;
  /** What it says when it has not happened. */
  never?: string;
}

/** A time in a row. */
export function TimeCell({ at, ahead = false, never = '' }: TimeCellProps) {
  return <td data-dim>{at === undefined ? never : <Time at={at} ahead={ahead} />}</td>;
}

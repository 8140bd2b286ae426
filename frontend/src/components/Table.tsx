import type { ReactNode } from 'react';
import { Hidden } from './Hidden';
import classes from './Table.module.css';
import * as texts from '@/texts/common';

interface TableProps {
  label: string;
  heads: readonly ReactNode[];
  children: ReactNode;
}

/** A plain table within a panel; it scrolls sideways where it must. `data-dim` and `data-wrap` on cells. */
export function Table({ label, heads, children }: TableProps) {
  return (
    <div className={classes.scroller} role="group" aria-label={label} tabIndex={0}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={i} scope="col">
                {head === '' ? <Hidden>{texts.actions}</Hidden> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

import { type ReactNode, useId } from 'react';
import classes from './Panel.module.css';

interface PanelProps {
  title: string;
  /** Stands beside the title: a count, an age. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Lets the contents reach the border, for tables. */
  flush?: boolean;
}

/** A titled part of a page. */
export function Panel({ title, note, actions, children, flush = false }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <header className={`row ${classes.head}`}>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className="small dim">{note}</span>}
        {actions !== undefined && <div className="row end">{actions}</div>}
      </header>
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}

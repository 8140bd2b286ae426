import type { ReactNode } from 'react';
import { Mark } from './status/Mark';
import classes from './Failure.module.css';

interface NoticeProps {
  /** Bad is announced at once. */
  tone: 'warn' | 'bad';
  title?: string;
  children: ReactNode;
}

/** Something to know before going on; light enough for the page one logs in by. */
export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div className={classes.failure} data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
      <span className={classes.mark}>
        <Mark shape={tone === 'bad' ? 'cross' : 'triangle'} size={16} />
      </span>
      <div className={classes.text}>
        {title !== undefined && <p className={classes.what}>{title}</p>}
        <p>{children}</p>
      </div>
    </div>
  );
}

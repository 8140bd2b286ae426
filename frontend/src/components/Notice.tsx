import type { ReactNode } from 'react';
import { Mark } from './status/Mark';
import classes from './Notice.module.css';

interface NoticeProps {
  /** Bad is announced at once. */
  tone: 'warn' | 'bad';
  title?: string;
  children: ReactNode;
  /** When it was and what to find it by. */
  trace?: ReactNode;
  action?: ReactNode;
}

/** Something to know before going on; light enough for the page one logs in by. */
export function Notice({ tone, title, children, trace, action }: NoticeProps) {
  return (
    <div
      className={`row gap-10 ${classes.notice}`}
      data-tone={tone}
      role={tone === 'bad' ? 'alert' : undefined}
    >
      <Mark shape={tone === 'bad' ? 'cross' : 'triangle'} size={16} />
      <div className={`small ${classes.text}`}>
        {title !== undefined && <p className={classes.title}>{title}</p>}
        <p>{children}</p>
        {trace !== undefined && <p className={`dim ${classes.trace}`}>{trace}</p>}
      </div>
      {action}
    </div>
  );
}

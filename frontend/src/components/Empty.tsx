import type { ReactNode } from 'react';
import classes from './Empty.module.css';

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says why there is nothing, and what to do about it. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className={`stack gap-6 ${classes.empty}`}>
      <svg
        width="64"
        height="40"
        viewBox="0 0 64 40"
        fill="none"
        aria-hidden="true"
        className={`dim ${classes.drawing}`}
      >
        <path
          d="M6 34c8-13 16-19 26-19s18 6 26 19"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeDasharray="3 4"
        />
        <path d="M17 34c4-6 9-9.5 15-9.5S43 28 47 34" stroke="currentColor" strokeWidth="1.5" />
        <circle cx="32" cy="32" r="2.5" fill="currentColor" />
      </svg>
      <p className={classes.title}>{title}</p>
      {children !== undefined && <div className={`small dim ${classes.text}`}>{children}</div>}
      {action}
    </div>
  );
}

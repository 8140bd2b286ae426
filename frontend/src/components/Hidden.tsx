import type { ReactNode } from 'react';
import classes from './Hidden.module.css';

/** For those who hear the page. */
export function Hidden({ children }: { children: ReactNode }) {
  return <span className={classes.hidden}>{children}</span>;
}

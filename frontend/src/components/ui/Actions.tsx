import type { ReactNode } from 'react';
import classes from './Actions.module.css';

interface ActionsProps {
  /** Where the buttons stand. */
  align?: 'start' | 'end';
  /** Keeps away from what is above, where nothing else does. */
  apart?: boolean;
  children: ReactNode;
}

/** The buttons below a form or a question. */
export function Actions({ align = 'end', apart = false, children }: ActionsProps) {
  return (
    <div className={`row ${classes.actions}`} data-align={align} data-apart={apart}>
      {children}
    </div>
  );
}

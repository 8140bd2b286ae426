import type { ReactNode } from 'react';
import classes from './StickyBar.module.css';

interface StickyBarProps {
  label?: string;
  /** What is chosen or was changed, and what the buttons do with it. */
  says: ReactNode;
  /** The buttons. */
  children: ReactNode;
}

/** Stays in view below a long form or list: where one stands, and what one can do. */
export function StickyBar({ label, says, children }: StickyBarProps) {
  return (
    <div role={label && 'region'} aria-label={label} className={`row ${classes.bar}`}>
      <p role="status" className={`small dim break ${classes.says}`}>
        {says}
      </p>
      {children}
    </div>
  );
}

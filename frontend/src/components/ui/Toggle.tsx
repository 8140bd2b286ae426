import { IconChevronRight } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';
import classes from './Toggle.module.css';

interface ToggleProps extends ComponentPropsWithRef<'button'> {
  open: boolean;
  /** Of its mark, in px. */
  mark?: number;
}

/** The head of what opens below it. */
export function Toggle({ open, mark = 15, className = '', children, ...props }: ToggleProps) {
  return (
    <button
      type="button"
      className={`inline gap-6 ${classes.toggle} ${className}`}
      aria-expanded={open}
      {...props}
    >
      <IconChevronRight size={mark} stroke={1.9} aria-hidden="true" />
      {children}
    </button>
  );
}

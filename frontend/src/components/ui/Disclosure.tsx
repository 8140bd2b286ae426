import { IconChevronRight } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';
import classes from './Disclosure.module.css';

interface DisclosureProps extends ComponentPropsWithRef<'button'> {
  open: boolean;
  /** Of its mark, in px. */
  mark?: number;
}

/** The head of what opens below it. */
export function Disclosure({ open, mark = 15, className = '', children, ...props }: DisclosureProps) {
  return (
    <button
      type="button"
      className={`inline gap-6 ${classes.disclosure} ${className}`}
      aria-expanded={open}
      {...props}
    >
      <IconChevronRight size={mark} stroke={1.9} aria-hidden="true" />
      {children}
    </button>
  );
}

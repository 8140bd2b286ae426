import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './Dropdown.module.css';

/** A link within a dropdown; following it closes the dropdown. */
export const DropdownLink = createLink((props: ComponentPropsWithRef<'a'>) => (
  <a {...props} className={`row gap-10 ${classes.item}`} data-close />
));

interface DropdownButtonProps extends ComponentPropsWithRef<'button'> {
  danger?: boolean;
  /** For choices that are tried one after another. */
  stay?: boolean;
  /** Why it cannot be chosen now; then it is disabled and says so. */
  refused?: string | undefined;
}

export function DropdownButton({
  danger = false,
  stay = false,
  refused,
  children,
  ...props
}: DropdownButtonProps) {
  return (
    <button
      type="button"
      {...props}
      className={`row gap-10 ${classes.item}`}
      data-danger={danger || undefined}
      data-close={stay ? undefined : true}
      disabled={refused !== undefined}
    >
      {children}
      {refused !== undefined && <small className={`tiny dim ${classes.refused}`}>{refused}</small>}
    </button>
  );
}

export function DropdownLabel({ children }: { children: ReactNode }) {
  return <p className={`tiny dim ${classes.label}`}>{children}</p>;
}

export function DropdownRule() {
  return <hr className={classes.rule} />;
}

/** What stands at the right end of an item. */
export function ItemEnd({ children }: { children: ReactNode }) {
  return <span className="end">{children}</span>;
}

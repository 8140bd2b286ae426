import type { ReactNode } from 'react';
import { GuestPage } from './GuestPage';
import { ButtonLink } from './links';

interface GuestEndProps {
  title: string;
  about: ReactNode;
  /** What the button says that leads to the log-in. */
  children: string;
}

/** A page on which a visitor can do no more than log in. */
export function GuestEnd({ title, about, children }: GuestEndProps) {
  return (
    <GuestPage title={title} about={about}>
      <ButtonLink to="/login" size="sm" fullWidth>
        {children}
      </ButtonLink>
    </GuestPage>
  );
}

import { createFileRoute } from '@tanstack/react-router';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink } from '@/components/links';

export const Route = createFileRoute('/_guest/logged-out')({ component: LoggedOut });

function LoggedOut() {
  return (
    <GuestPage title="Logged out" about="Your session has ended in every tab of this browser.">
      <ButtonLink to="/login" size="sm" fullWidth>
        Log in again
      </ButtonLink>
    </GuestPage>
  );
}

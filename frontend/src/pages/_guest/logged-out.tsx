import { createFileRoute } from '@tanstack/react-router';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink } from '@/components/links';
import * as texts from '@/texts/guest';

export const Route = createFileRoute('/_guest/logged-out')({ component: LoggedOut });

function LoggedOut() {
  return (
    <GuestPage title={texts.loggedOut} about={texts.youreSignedOutInEvery}>
      <ButtonLink to="/login" size="sm" fullWidth>
        {texts.logInAgain}
      </ButtonLink>
    </GuestPage>
  );
}

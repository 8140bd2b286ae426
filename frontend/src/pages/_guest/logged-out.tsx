import { createFileRoute } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { session } from '@/api/client';
import { Failure } from '@/components/Failure';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink } from '@/components/links';
import * as texts from '@/texts/guest';

export const Route = createFileRoute('/_guest/logged-out')({ component: LoggedOut });

function LoggedOut() {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const failure = state.kind === 'out' ? state.failure : undefined;
  return (
    <GuestPage title={texts.loggedOut} about={failure ? undefined : texts.youreSignedOutInEvery}>
      {failure && (
        <Failure error={failure} what={texts.yourSessionMayStillBe} onRetry={() => void session.leave()} />
      )}
      <ButtonLink to="/login" size="sm" fullWidth>
        {texts.logInAgain}
      </ButtonLink>
    </GuestPage>
  );
}

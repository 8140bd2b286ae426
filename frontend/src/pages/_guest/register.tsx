import { createFileRoute, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { api, session } from '@/api/client';
import { ApiError } from '@/api/errors';
import { lookUpInvitation } from '@/api/guest';
import type { InvitationState } from '@/api/types';
import { GuestForm } from '@/components/GuestForm';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink, TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { rolesInWords } from '@/components/roles';
import { Button } from '@/components/ui/Button';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import { useFragmentToken } from '@/lib/useFragmentToken';
import { useLoad } from '@/lib/useLoad';
import * as texts from '@/texts/guest';

export const Route = createFileRoute('/_guest/register')({
  beforeLoad: async ({ context }) => {
    await context.session.start().catch(() => undefined);
  },
  component: RegisterPage,
});

const spent = {
  expired: [texts.thisInvitationHasExpired, texts.askTheAdministratorWhoInvited],
  used: [texts.thisInvitationHasAlreadyBeen, texts.theAccountAlreadyExistsLog],
  revoked: [texts.thisInvitationWasRevoked, texts.askTheAdministratorWhoInvited2],
} as const;

function RegisterPage() {
  const token = useFragmentToken();
  const load = useCallback((signal: AbortSignal) => lookUpInvitation(token, signal), [token]);
  const query = useLoad(load);
  if (token === '' || (query.error instanceof ApiError && query.error.status === 404)) {
    return (
      <GuestPage title={texts.thisInvitationDoesNotExist} about={texts.openTheCompleteLinkFrom}>
        <TextLink to="/login">{texts.logIn}</TextLink>
      </GuestPage>
    );
  }
  return (
    <Loaded query={query} what={texts.theInvitation}>
      {(invitation) =>
        invitation.state === 'valid' ? (
          <NotAnotherAccount invitation={invitation} token={token} />
        ) : (
          <GuestPage title={spent[invitation.state][0]} about={spent[invitation.state][1]}>
            <ButtonLink to="/login" size="sm" fullWidth>
              {texts.logIn}
            </ButtonLink>
          </GuestPage>
        )
      }
    </Loaded>
  );
}

interface InvitedProps {
  invitation: InvitationState;
  token: string;
}

/** Somebody who is logged in as another person leaves first. */
function NotAnotherAccount({ invitation, token }: InvitedProps) {
  const { state } = session;
  if (state.kind !== 'in' || state.user.email === invitation.email)
    return <Register {...{ invitation, token }} />;
  return (
    <GuestPage
      title={texts.thisInvitationIsForSomeone}
      about={<>{texts.itIsForButYoure(invitation.email, state.user.email)}</>}
    >
      <ButtonLink to="/overview" size="sm" variant="default" fullWidth>
        {texts.stayLoggedIn}
      </ButtonLink>
      <Button size="md" fullWidth onClick={() => void session.leave()}>
        {texts.logOut}
      </Button>
    </GuestPage>
  );
}

function Register({ invitation, token }: InvitedProps) {
  const router = useRouter();
  const form = useApiForm({
    initialValues: { name: '', password: '' },
    validate: { name: required(texts.enterAName), password: passwordProblem },
    send: (values) => api.post('/auth/v1/invitations/redeem', { body: { ...values, token } }),
    onDone: async (signedIn) => {
      session.enter(signedIn);
      await router.navigate({ to: '/overview' });
    },
  });
  return (
    <GuestPage title={texts.youreInvited} about={<>{texts.role(rolesInWords(invitation))}</>}>
      <GuestForm form={form} failed={texts.couldntCreateTheAccount} verb={texts.createAccount}>
        <TextInput label={texts.email} value={invitation.email} readOnly autoComplete="username" />
        <TextInput label={texts.yourName} autoComplete="name" autoFocus required {...form.field('name')} />
        <NewPassword {...form.field('password')} />
      </GuestForm>
    </GuestPage>
  );
}

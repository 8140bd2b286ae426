import { Button, TextInput } from '@mantine/core';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ApiError } from '@/api/errors';
import { answer, client, session } from '@/api/client';
import { lookUpInvitation } from '@/api/guest';
import type { InvitationState } from '@/api/types';
import { Failure } from '@/components/Failure';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink, TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { rolesInWords } from '@/components/roles';
import { useApiForm } from '@/components/useApiForm';
import { useFragmentToken } from '@/lib/useFragmentToken';
import { useLoad } from '@/lib/useLoad';

export const Route = createFileRoute('/_guest/register')({
  beforeLoad: async ({ context }) => {
    await context.session.start().catch(() => undefined);
  },
  component: RegisterPage,
});

const spent = {
  expired: ['This invitation has expired', 'Ask the administrator who invited you to send it again.'],
  used: ['This invitation was used', 'Its account exists. Log in, or reset the password if it is forgotten.'],
  revoked: ['This invitation was withdrawn', 'Ask the administrator who invited you.'],
} as const;

function RegisterPage() {
  const token = useFragmentToken();
  const load = useCallback((signal: AbortSignal) => lookUpInvitation(token, signal), [token]);
  const query = useLoad(load);
  if (token === '' || (query.error instanceof ApiError && query.error.status === 404)) {
    return (
      <GuestPage title="This invitation does not exist" about="Open the whole link from the mail.">
        <TextLink to="/login">Log in</TextLink>
      </GuestPage>
    );
  }
  return (
    <Loaded query={query} what="The invitation">
      {(invitation) =>
        invitation.state === 'valid' ? (
          <NotAnotherAccount invitation={invitation} token={token} />
        ) : (
          <GuestPage title={spent[invitation.state][0]} about={spent[invitation.state][1]}>
            <ButtonLink to="/login" size="sm" fullWidth>
              Log in
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
      title="This invitation is for somebody else"
      about={
        <>
          It is for <strong>{invitation.email}</strong>; you are logged in as{' '}
          <strong>{state.user.email}</strong>. Log out, then open the link again.
        </>
      }
    >
      <ButtonLink to="/instances" size="sm" variant="default" fullWidth>
        Stay logged in
      </ButtonLink>
      <Button size="sm" fullWidth onClick={() => void session.leave()}>
        Log out
      </Button>
    </GuestPage>
  );
}

function Register({ invitation, token }: InvitedProps) {
  const router = useRouter();
  const form = useApiForm({
    initialValues: { name: '', password: '' },
    validate: { name: (v) => (v.trim() === '' ? 'A name is needed.' : null), password: passwordProblem },
    send: (values) => answer(client.POST('/auth/v1/invitations/redeem', { body: { ...values, token } })),
    onDone: async (signedIn) => {
      session.enter(signedIn);
      await router.navigate({ to: '/instances' });
    },
  });
  return (
    <GuestPage
      title="You are invited"
      about={
        <>
          As <strong>{rolesInWords(invitation)}</strong>.
        </>
      }
    >
      <form onSubmit={form.submit} noValidate>
        <TextInput label="E-mail" value={invitation.email} readOnly autoComplete="username" />
        <TextInput
          label="Your name"
          autoComplete="name"
          autoFocus
          required
          withAsterisk={false}
          {...form.field('name')}
        />
        <NewPassword {...form.field('password')} />
        {form.failure && <Failure error={form.failure} what="The account was not made." />}
        <Button type="submit" loading={form.busy} size="sm" fullWidth>
          Make the account
        </Button>
      </form>
    </GuestPage>
  );
}

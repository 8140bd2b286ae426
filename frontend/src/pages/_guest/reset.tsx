import { Button } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, client } from '@/api/client';
import { Failure } from '@/components/Failure';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink, TextLink } from '@/components/links';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { useApiForm } from '@/components/useApiForm';
import { useFragmentToken } from '@/lib/useFragmentToken';

export const Route = createFileRoute('/_guest/reset')({ component: ResetPassword });

function ResetPassword() {
  const token = useFragmentToken();
  const [done, setDone] = useState(false);
  const form = useApiForm({
    initialValues: { password: '' },
    validate: { password: passwordProblem },
    send: ({ password }) =>
      answer(client.POST('/auth/v1/password-resets/redeem', { body: { token, password } })),
    onDone: () => {
      setDone(true);
    },
  });
  if (done) {
    return (
      <GuestPage title="Password changed" about="All your sessions have ended. Log in with the new password.">
        <ButtonLink to="/login" size="sm" fullWidth>
          Log in
        </ButtonLink>
      </GuestPage>
    );
  }
  if (token === '') {
    return (
      <GuestPage
        title="This link is not complete"
        about="Open the whole link from the mail, or ask for a new one."
      >
        <TextLink to="/forgot-password">Ask for a new link</TextLink>
      </GuestPage>
    );
  }
  return (
    <GuestPage title="Choose a new password" about="Afterwards all your sessions end, on every device.">
      <form onSubmit={form.submit} noValidate>
        <NewPassword autoFocus {...form.field('password')} />
        {form.failure && <Failure error={form.failure} what="The password was not changed." />}
        <Button type="submit" loading={form.busy} size="sm" fullWidth>
          Change password
        </Button>
      </form>
      <TextLink to="/forgot-password">Ask for a new link</TextLink>
    </GuestPage>
  );
}

import { Button, TextInput } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, client } from '@/api/client';
import { Failure } from '@/components/Failure';
import { GuestPage } from '@/components/GuestPage';
import { TextLink } from '@/components/links';
import { useApiForm } from '@/components/useApiForm';

export const Route = createFileRoute('/_guest/forgot-password')({ component: ForgotPassword });

function ForgotPassword() {
  const [sentTo, setSentTo] = useState<string>();
  const form = useApiForm({
    initialValues: { email: '' },
    validate: { email: (v) => (v.includes('@') ? null : 'An e-mail address is needed.') },
    send: ({ email }) => answer(client.POST('/auth/v1/password-resets', { body: { email: email.trim() } })),
    onDone: (_, { email }) => {
      setSentTo(email.trim());
    },
  });
  if (sentTo !== undefined) {
    return (
      <GuestPage
        title="Look into your mail"
        about={
          <>
            If <strong>{sentTo}</strong> has an account, a link to choose a new password is on its way. It
            holds for 30 minutes, once.
          </>
        }
      >
        <TextLink to="/login">Back to log in</TextLink>
      </GuestPage>
    );
  }
  return (
    <GuestPage title="Forgot password" about="Ocim sends you a link to choose a new one.">
      <form onSubmit={form.submit} noValidate>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          {...form.field('email')}
        />
        {form.failure && <Failure error={form.failure} what="No link was sent." />}
        <Button type="submit" loading={form.busy} size="sm" fullWidth>
          Send the link
        </Button>
      </form>
      <TextLink to="/login">Back to log in</TextLink>
    </GuestPage>
  );
}

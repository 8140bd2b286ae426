import { Alert, Button, Divider, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute, redirect, useRouter } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { answer, client, session } from '@/api/client';
import { systemQuery } from '@/api/queries/identity';
import { Failure } from '@/components/Failure';
import { GoogleMark } from '@/components/GoogleMark';
import { GuestPage } from '@/components/GuestPage';
import { TextLink } from '@/components/links';
import { useApiForm } from '@/components/useApiForm';
import { safeReturnPath } from '@/lib/search';

export const Route = createFileRoute('/_guest/login')({
  validateSearch: z.object({
    redirect: z.catch(z.optional(z.string()), undefined),
    /** Why a log-in with Google came back without success. */
    error: z.catch(z.optional(z.string()), undefined),
  }),
  beforeLoad: ({ context, search }) => {
    if (context.session.state.kind === 'in') {
      throw redirect({ href: safeReturnPath(search.redirect) });
    }
  },
  component: Login,
});

const googleProblems: Partial<Record<string, string>> = {
  not_invited: 'This Google account has no invitation. Ask an administrator for one.',
  disabled: 'This account is disabled. Ask an administrator.',
  unverified: 'Google has not verified the e-mail address of this account.',
};

function Login() {
  const router = useRouter();
  const { redirect: back, error } = Route.useSearch();
  const system = useQuery(systemQuery);
  const { form, submit, busy, failure } = useApiForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: {
      email: (v) => (v.trim() === '' ? 'An e-mail address is needed.' : null),
      password: (v) => (v === '' ? 'A password is needed.' : null),
    },
    send: ({ email, password }) => answer(client.POST('/auth/v1/login', { body: { email: email.trim(), password } })),
    onDone: (signedIn) => {
      session.enter(signedIn);
      router.history.push(safeReturnPath(back));
    },
  });
  return (
    <GuestPage title="Log in" about={back === undefined ? undefined : 'Log in to go on where you were.'}>
      {system.data?.setUp === false && (
        <Alert color="yellow" title="Not set up yet">
          Open the set-up link that Ocim printed when it started. It makes the first administrator.
        </Alert>
      )}
      {error !== undefined && (
        <Alert color="red" role="alert">
          {googleProblems[error] ?? 'Logging in with Google did not succeed. Try again.'}
        </Alert>
      )}
      <form onSubmit={submit} noValidate>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        {failure && <Failure error={failure} what="You are not logged in." />}
        <Button type="submit" loading={busy} size="sm" fullWidth>
          Log in
        </Button>
      </form>
      <TextLink to="/forgot-password">Forgot password?</TextLink>
      {system.data?.google === true && (
        <>
          <Divider label="or" />
          <Button
            component="a"
            href={`/function/auth/v1/google/start?redirect=${encodeURIComponent(safeReturnPath(back))}`}
            variant="default"
            size="sm"
            fullWidth
            leftSection={<GoogleMark />}
          >
            Continue with Google
          </Button>
        </>
      )}
    </GuestPage>
  );
}

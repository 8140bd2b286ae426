import { Button, Divider, PasswordInput, TextInput } from '@mantine/core';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { answer, client, session } from '@/api/client';
import { loadSystem } from '@/api/guest';
import { Failure } from '@/components/Failure';
import { GoogleMark } from '@/components/GoogleMark';
import { GuestPage } from '@/components/GuestPage';
import { TextLink } from '@/components/links';
import { Notice } from '@/components/Notice';
import { useApiForm } from '@/components/useApiForm';
import { word } from '@/lib/readSearch';
import { type RawSearch, safeReturnPath } from '@/lib/search';
import { useLoad } from '@/lib/useLoad';

interface LoginSearch {
  /** Where to go on. */
  redirect?: string | undefined;
  /** Why a log-in with Google came back without success. */
  problem?: string | undefined;
}

export const Route = createFileRoute('/_guest/login')({
  validateSearch: (raw: RawSearch): LoginSearch => ({
    redirect: word(raw, 'redirect'),
    problem: word(raw, 'problem'),
  }),
  beforeLoad: async ({ context, search }) => {
    // Whether Ocim answers shows when logging in.
    const state = await context.session.start().catch(() => context.session.state);
    if (state.kind === 'in') {
      throw redirect({ href: safeReturnPath(search.redirect) });
    }
  },
  component: Login,
});

const googleProblems: Partial<Record<string, string>> = {
  canceled: 'You went back from Google without logging in.',
  refused: 'This Google account may not enter. Ask an administrator for an invitation to its address.',
  limited: 'Too many attempts. Wait a moment, then try again.',
  unavailable: 'Google does not answer. Try again in a moment, or use your password.',
};

function Login() {
  const { redirect: back, problem } = Route.useSearch();
  const system = useLoad(loadSystem);
  const form = useApiForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (v) => (v.trim() === '' ? 'An e-mail address is needed.' : null),
      password: (v) => (v === '' ? 'A password is needed.' : null),
    },
    send: ({ email, password }) =>
      answer(client.POST('/auth/v1/login', { body: { email: email.trim(), password } })),
    // Who is logged in does not stay here: the root leads on.
    onDone: (signedIn) => session.enter(signedIn),
  });
  return (
    <GuestPage title="Log in" about={back === undefined ? undefined : 'Log in to go on where you were.'}>
      {system.data?.setUp === false && (
        <Notice tone="warn" title="Not set up yet">
          Open the set-up link that Ocim printed when it started. It makes the first administrator.
        </Notice>
      )}
      {problem !== undefined && (
        <Notice tone="bad">
          {googleProblems[problem] ?? 'Logging in with Google did not succeed. Try again.'}
        </Notice>
      )}
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
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          {...form.field('password')}
        />
        {form.failure && <Failure error={form.failure} what="You are not logged in." />}
        <Button type="submit" loading={form.busy} size="sm" fullWidth>
          Log in
        </Button>
      </form>
      <TextLink to="/forgot-password">Forgot password?</TextLink>
      {system.data?.google === true && (
        <>
          <Divider label="or" />
          <Button
            component="a"
            href={`/function/auth/v1/google/start?return=${encodeURIComponent(safeReturnPath(back))}`}
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

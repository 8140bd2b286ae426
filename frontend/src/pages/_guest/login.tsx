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
import * as texts from '@/texts/guest';

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
  canceled: texts.youLeftGoogleWithoutLogging,
  refused: texts.thisGoogleAccountHasNo,
  limited: texts.tooManyAttemptsWaitA,
  unavailable: texts.googleIsntRespondingTryAgain,
  link: texts.logInToLinkGoogle,
};

function Login() {
  const { redirect: back, problem } = Route.useSearch();
  const system = useLoad(loadSystem);
  const form = useApiForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (v) => (v.trim() === '' ? texts.enterAnEmailAddress : null),
      password: (v) => (v === '' ? texts.enterYourPassword : null),
    },
    send: ({ email, password }) =>
      answer(client.POST('/auth/v1/login', { body: { email: email.trim(), password } })),
    // Who is logged in does not stay here: the root leads on.
    onDone: async (signedIn) => {
      session.enter(signedIn);
      // The sign-in that led here waits in a cookie. The account page shows whether it is linked.
      if (problem === 'link') await client.POST('/auth/v1/me/link');
    },
  });
  return (
    <GuestPage title={texts.logIn} about={back === undefined ? undefined : texts.logInToContinueWhere}>
      {system.data?.setUp === false && (
        <Notice tone="warn" title={texts.notSetUpYet}>
          {texts.openTheSetupLinkThat}
        </Notice>
      )}
      {problem !== undefined && (
        <Notice tone="bad">{googleProblems[problem] ?? texts.couldntLogInWithGoogle}</Notice>
      )}
      <form onSubmit={form.submit} noValidate>
        <TextInput
          label={texts.email}
          type="email"
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          {...form.field('email')}
        />
        <PasswordInput
          label={texts.password}
          autoComplete="current-password"
          required
          withAsterisk={false}
          {...form.field('password')}
        />
        {form.failure && <Failure error={form.failure} what={texts.couldntLogIn} />}
        <Button type="submit" loading={form.busy} size="sm" fullWidth>
          {texts.logIn}
        </Button>
      </form>
      <TextLink to="/forgot-password">{texts.forgotPassword2}</TextLink>
      {system.data?.google === true && (
        <>
          <Divider label={texts.or} />
          <Button
            component="a"
            href={`/function/auth/v1/google/start?return=${encodeURIComponent(safeReturnPath(back))}`}
            variant="default"
            size="sm"
            fullWidth
            leftSection={<GoogleMark />}
          >
            {texts.continueWithGoogle}
          </Button>
        </>
      )}
    </GuestPage>
  );
}

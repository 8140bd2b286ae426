import { createFileRoute, redirect } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, client, session } from '@/api/client';
import { fieldsOf } from '@/api/errors';
import { loadSystem } from '@/api/guest';
import type { SignedIn } from '@/api/types';
import { GoogleMark } from '@/components/GoogleMark';
import { GuestForm } from '@/components/GuestForm';
import { GuestPage } from '@/components/GuestPage';
import { TextLink } from '@/components/links';
import { Notice } from '@/components/Notice';
import { ButtonAnchor } from '@/components/ui/Button';
import { TextInput } from '@/components/ui/Field';
import { PasswordInput } from '@/components/ui/PasswordInput';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import { searchOf, word } from '@/lib/readSearch';
import { safeReturnPath } from '@/lib/search';
import { useLoad } from '@/lib/useLoad';
import classes from './-login.module.css';
import * as texts from '@/texts/guest';

const WithPasskey = lazy(() => import('./-WithPasskey'));
const CodeField = lazy(() => import('./-CodeField'));

const readSearch = searchOf({
  /** Where to go on. */
  redirect: word,
  /** Why a log-in with Google came back without success. */
  problem: word,
});

export const Route = createFileRoute('/_guest/login')({
  validateSearch: readSearch,
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
  passkey: texts.yourAccountNeedsAPasskey,
};

/** What the API says when the password is right and not enough. */
const isPasskeyNeeded = (failure: Error | null) => 'passkey' in fieldsOf(failure);

function Login() {
  const { redirect: back, problem } = Route.useSearch();
  const system = useLoad(loadSystem);
  const [codeAsked, setCodeAsked] = useState(false);
  const passwords = system.data?.passwords !== false;
  const passkeys = system.data?.passkeys === true && 'PublicKeyCredential' in window;
  const enter = async (signedIn: SignedIn) => {
    session.enter(signedIn);
    // The sign-in that led here waits in a cookie. The account page shows whether it is linked.
    if (problem === 'link') await client.POST('/auth/v1/me/link');
  };
  const form = useApiForm({
    initialValues: { email: '', password: '', recoveryCode: '' },
    validate: {
      email: required(texts.enterAnEmailAddress),
      password: (v) => (v === '' ? texts.enterYourPassword : null),
    },
    send: async ({ email, password, recoveryCode }) => {
      const body = { email: email.trim(), password };
      try {
        return await api.post('/auth/v1/login', {
          body: recoveryCode.trim() === '' ? body : { ...body, recoveryCode: recoveryCode.trim() },
        });
      } catch (cause) {
        if (cause instanceof Error && isPasskeyNeeded(cause)) setCodeAsked(true);
        throw cause;
      }
    },
    // Who is logged in does not stay here: the root leads on.
    onDone: enter,
  });
  const failure = isPasskeyNeeded(form.failure) ? null : form.failure;
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
      {passwords && (
        <GuestForm form={{ ...form, failure }} failed={texts.couldntLogIn} verb={texts.logIn}>
          <TextInput
            label={texts.email}
            type="email"
            autoComplete="username"
            autoFocus
            required
            {...form.field('email')}
          />
          <PasswordInput
            label={texts.password}
            autoComplete="current-password"
            required
            {...form.field('password')}
          />
          <Suspense>{codeAsked && <CodeField {...form.field('recoveryCode')} />}</Suspense>
        </GuestForm>
      )}
      {passwords && <TextLink to="/forgot-password">{texts.forgotPassword2}</TextLink>}
      {passwords && (passkeys || system.data?.google === true) && (
        <div className={`line gap-10 dim tiny ${classes.or}`}>{texts.or}</div>
      )}
      <Suspense>{passkeys && <WithPasskey onDone={enter} />}</Suspense>
      {system.data?.google === true && (
        <ButtonAnchor
          href={`/function/auth/v1/google/start?return=${encodeURIComponent(safeReturnPath(back))}`}
          variant="default"
          size="md"
          fullWidth
          leftSection={<GoogleMark />}
        >
          {texts.continueWithGoogle}
        </ButtonAnchor>
      )}
    </GuestPage>
  );
}

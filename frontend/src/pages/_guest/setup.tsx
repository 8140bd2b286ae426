import { createFileRoute, useRouter } from '@tanstack/react-router';
import { api, session } from '@/api/client';
import { loadSystem } from '@/api/guest';
import { GuestForm } from '@/components/GuestForm';
import { ButtonLink } from '@/components/links';
import { GuestPage } from '@/components/GuestPage';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import { useFragmentToken } from '@/lib/useFragmentToken';
import { useLoad } from '@/lib/useLoad';
import * as texts from '@/texts/guest';

export const Route = createFileRoute('/_guest/setup')({ component: SetUp });

function SetUp() {
  const token = useFragmentToken();
  const system = useLoad(loadSystem);
  if (system.data?.setUp === true) {
    return (
      <GuestPage title={texts.alreadySetUp} about={texts.theFirstAdministratorAccountExists}>
        <ButtonLink to="/login" size="sm" fullWidth>
          {texts.logIn}
        </ButtonLink>
      </GuestPage>
    );
  }
  if (token === '') {
    return <GuestPage title={texts.thisLinkIsIncomplete} about={texts.openTheCompleteSetupLink} />;
  }
  return <FirstAdministrator token={token} />;
}

function FirstAdministrator({ token }: { token: string }) {
  const router = useRouter();
  const form = useApiForm({
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: required(texts.enterAName),
      email: (v) => (v.includes('@') ? null : texts.enterAnEmailAddress),
      password: passwordProblem,
    },
    send: (values) => api.post('/auth/v1/setup', { body: { ...values, email: values.email.trim(), token } }),
    onDone: async (signedIn) => {
      session.enter(signedIn);
      await router.navigate({ to: '/overview' });
    },
  });
  return (
    <GuestPage title={texts.welcomeToOcim} about={texts.createTheFirstAdministratorAccount}>
      <GuestForm form={form} failed={texts.couldntSetUpOcim} verb={texts.createAccount}>
        <TextInput label={texts.yourName} autoComplete="name" autoFocus required {...form.field('name')} />
        <TextInput
          label={texts.email}
          type="email"
          autoComplete="username"
          required
          {...form.field('email')}
        />
        <NewPassword {...form.field('password')} />
      </GuestForm>
    </GuestPage>
  );
}

import { Button, TextInput } from '@mantine/core';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import { answer, client, session } from '@/api/client';
import { loadSystem } from '@/api/guest';
import { Failure } from '@/components/Failure';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink } from '@/components/links';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { useApiForm } from '@/components/useApiForm';
import { useFragmentToken } from '@/lib/useFragmentToken';
import { useLoad } from '@/lib/useLoad';

export const Route = createFileRoute('/_guest/setup')({ component: SetUp });

function SetUp() {
  const token = useFragmentToken();
  const system = useLoad(loadSystem);
  if (system.data?.setUp === true) {
    return (
      <GuestPage
        title="Already set up"
        about="The first administrator exists. Log in, or ask for an invitation."
      >
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
        about="Open the whole set-up link that Ocim printed when it started."
      />
    );
  }
  return <FirstAdministrator token={token} />;
}

function FirstAdministrator({ token }: { token: string }) {
  const router = useRouter();
  const form = useApiForm({
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: (v) => (v.trim() === '' ? 'A name is needed.' : null),
      email: (v) => (v.includes('@') ? null : 'An e-mail address is needed.'),
      password: passwordProblem,
    },
    send: (values) =>
      answer(client.POST('/auth/v1/setup', { body: { ...values, email: values.email.trim(), token } })),
    onDone: async (signedIn) => {
      session.enter(signedIn);
      await router.navigate({ to: '/instances' });
    },
  });
  return (
    <GuestPage
      title="Welcome to Ocim"
      about="Make the first administrator. Everybody else comes in by invitation."
    >
      <form onSubmit={form.submit} noValidate>
        <TextInput
          label="Your name"
          autoComplete="name"
          autoFocus
          required
          withAsterisk={false}
          {...form.field('name')}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          {...form.field('email')}
        />
        <NewPassword {...form.field('password')} />
        {form.failure && <Failure error={form.failure} what="Ocim is not set up." />}
        <Button type="submit" loading={form.busy} size="sm" fullWidth>
          Make the administrator
        </Button>
      </form>
    </GuestPage>
  );
}

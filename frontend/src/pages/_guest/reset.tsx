import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { Failure } from '@/components/Failure';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink, TextLink } from '@/components/links';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { Button } from '@/components/ui/Button';
import { useApiForm } from '@/components/useApiForm';
import { useFragmentToken } from '@/lib/useFragmentToken';
import * as texts from '@/texts/guest';

export const Route = createFileRoute('/_guest/reset')({ component: ResetPassword });

function ResetPassword() {
  const token = useFragmentToken();
  const [done, setDone] = useState(false);
  const form = useApiForm({
    initialValues: { password: '' },
    validate: { password: passwordProblem },
    send: ({ password }) => api.post('/auth/v1/password-resets/redeem', { body: { token, password } }),
    onDone: () => {
      setDone(true);
    },
  });
  if (done) {
    return (
      <GuestPage title={texts.passwordChanged} about={texts.youveBeenSignedOutOn}>
        <ButtonLink to="/login" size="sm" fullWidth>
          {texts.logIn}
        </ButtonLink>
      </GuestPage>
    );
  }
  if (token === '') {
    return (
      <GuestPage title={texts.thisLinkIsIncomplete} about={texts.openTheCompleteLinkFrom2}>
        <TextLink to="/forgot-password">{texts.requestANewLink}</TextLink>
      </GuestPage>
    );
  }
  return (
    <GuestPage title={texts.chooseANewPassword} about={texts.thisSignsYouOutOn}>
      <form onSubmit={form.submit} noValidate>
        <NewPassword autoFocus {...form.field('password')} />
        {form.failure && <Failure error={form.failure} what={texts.couldntChangeThePassword} />}
        <Button type="submit" loading={form.busy} size="md" fullWidth>
          {texts.changePassword}
        </Button>
      </form>
      <TextLink to="/forgot-password">{texts.requestANewLink}</TextLink>
    </GuestPage>
  );
}

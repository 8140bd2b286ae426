import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { GuestForm } from '@/components/GuestForm';
import { GuestPage } from '@/components/GuestPage';
import { ButtonLink, TextLink } from '@/components/links';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
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
      <GuestForm form={form} failed={texts.couldntChangeThePassword} verb={texts.changePassword}>
        <NewPassword autoFocus {...form.field('password')} />
      </GuestForm>
      <TextLink to="/forgot-password">{texts.requestANewLink}</TextLink>
    </GuestPage>
  );
}

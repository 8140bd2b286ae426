import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { loadSystem } from '@/api/guest';
import { GuestForm } from '@/components/GuestForm';
import { GuestPage } from '@/components/GuestPage';
import { TextLink } from '@/components/links';
import { Notice } from '@/components/Notice';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { useLoad } from '@/lib/useLoad';
import * as texts from '@/texts/guest';

export const Route = createFileRoute('/_guest/forgot-password')({ component: ForgotPassword });

function ForgotPassword() {
  const [sentTo, setSentTo] = useState<string>();
  const system = useLoad(loadSystem);
  const form = useApiForm({
    initialValues: { email: '' },
    validate: { email: (v) => (v.includes('@') ? null : texts.enterAnEmailAddress) },
    send: ({ email }) => api.post('/auth/v1/password-resets', { body: { email: email.trim() } }),
    onDone: (_, { email }) => {
      setSentTo(email.trim());
    },
  });
  if (sentTo !== undefined) {
    return (
      <GuestPage title={texts.checkYourEmail} about={<>{texts.ifHasAnAccountWeve(sentTo)}</>}>
        <TextLink to="/login">{texts.backToLogIn}</TextLink>
      </GuestPage>
    );
  }
  if (system.data?.mail === false) {
    return (
      <GuestPage title={texts.forgotPassword}>
        <Notice tone="warn" title={texts.ocimCantSendEmail}>
          {texts.resetsNeedMail}
        </Notice>
        <TextLink to="/login">{texts.backToLogIn}</TextLink>
      </GuestPage>
    );
  }
  return (
    <GuestPage title={texts.forgotPassword} about={texts.wellEmailYouALink}>
      <GuestForm form={form} failed={texts.couldntSendTheLink} verb={texts.sendLink}>
        <TextInput
          label={texts.email}
          type="email"
          autoComplete="username"
          autoFocus
          required
          {...form.field('email')}
        />
      </GuestForm>
      <TextLink to="/login">{texts.backToLogIn}</TextLink>
    </GuestPage>
  );
}

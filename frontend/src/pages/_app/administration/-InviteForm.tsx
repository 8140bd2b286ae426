import { api } from '@/api/client';
import { invitationsQuery } from '@/api/queries/identity';
import { useRefresh } from '@/api/queryClient';
import type { Grants } from '@/api/types';
import { ApiForm } from '@/components/ApiForm';
import { NoMail, useMail } from '@/components/NoMail';
import { showToast } from '@/components/showToast';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { GrantsFields } from './-GrantsFields';
import * as texts from '@/texts/administration';

const unchosen: { email: string; grants: Grants } = { email: '', grants: { role: 'viewer' } };

export function InviteForm() {
  const refresh = useRefresh(invitationsQuery);
  const mail = useMail();
  const form = useApiForm({
    initialValues: unchosen,
    validate: {
      email: (v) => (v.includes('@') ? null : texts.enterAnEmailAddress),
      grants: (g) =>
        g.role === undefined && Object.keys(g.clusters ?? {}).length === 0 ? texts.selectARoleHereOr : null,
    },
    send: ({ email, grants }) =>
      api.post('/auth/v1/invitations', { body: { email: email.trim(), ...grants } }),
    onDone: async ({ email }) => {
      form.reset();
      showToast(texts.invitationSentTo(email));
      await refresh();
    },
  });
  return (
    <ApiForm form={form} failed={texts.couldntSendTheInvitation} verb={texts.sendInvitation} disabled={!mail}>
      <NoMail>{texts.invitationsNeedMail}</NoMail>
      <TextInput
        label={texts.email}
        type="email"
        autoComplete="off"
        style={{ maxWidth: 420 }}
        {...form.field('email')}
      />
      <GrantsFields
        grants={form.values.grants}
        error={form.errors.grants}
        onChange={(grants) => form.set('grants', grants)}
      />
    </ApiForm>
  );
}

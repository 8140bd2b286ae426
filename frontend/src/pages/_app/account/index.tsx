import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { api, session } from '@/api/client';
import { meQuery, sessionsQuery, systemQuery } from '@/api/queries/identity';
import { useRefresh } from '@/api/queryClient';
import type { Session, User } from '@/api/types';
import { ApiForm } from '@/components/ApiForm';
import { Confirm } from '@/components/Confirm';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { rolesInWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import { Table, TimeCell } from '@/components/Table';
import { showToast } from '@/components/showToast';
import { Checkbox } from '@/components/ui/Checkbox';
import { TextInput } from '@/components/ui/Field';
import { PasswordInput } from '@/components/ui/PasswordInput';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import { AccountSections } from './-AccountSections';
import classes from './-account.module.css';
import { Passkeys } from './-Passkeys';
import * as texts from '@/texts/account';
import { keepAccess, keepAccessAbout } from '@/texts/access';

export const Route = createFileRoute('/_app/account/')({ component: Account });

function Account() {
  const me = useQuery(meQuery);
  const system = useQuery(systemQuery);
  return (
    <Page title={texts.account}>
      <AccountSections />
      <Loaded query={me} what={texts.yourAccount}>
        {(user) => (
          <div className={classes.two}>
            <Profile user={user} />
            {system.data?.passwords !== false && <Password user={user} />}
          </div>
        )}
      </Loaded>
      {system.data?.passkeys === true && <Passkeys />}
      <Sessions />
    </Page>
  );
}

function Profile({ user }: { user: User }) {
  const queryClient = useQueryClient();
  const form = useApiForm({
    initialValues: { name: user.name },
    validate: { name: required(texts.enterAName) },
    send: ({ name }) => api.patch('/auth/v1/me', { body: { name: name.trim() } }),
    onDone: (next) => {
      session.update(next);
      queryClient.setQueryData(meQuery.queryKey, next);
      showToast(texts.nameSaved);
    },
  });
  return (
    <Panel title={texts.profile}>
      <ApiForm form={form} failed={texts.couldntSaveTheName} verb={texts.save}>
        <TextInput label={texts.email} value={user.email} readOnly autoComplete="username" />
        <TextInput
          label={texts.roles}
          value={rolesInWords(user)}
          readOnly
          description={texts.onlyAdministratorsCanChangeRoles}
        />
        <TextInput label={texts.name} autoComplete="name" required {...form.field('name')} />
      </ApiForm>
    </Panel>
  );
}

function Password({ user }: { user: User }) {
  const refresh = useRefresh(meQuery);
  const form = useApiForm({
    initialValues: { current: '', password: '', keepAccess: false },
    validate: {
      current: (v) => (v === '' && user.hasPassword ? texts.enterYourCurrentPassword : null),
      password: passwordProblem,
    },
    send: ({ current, password, keepAccess }) =>
      api.post('/auth/v1/me/password', {
        body: user.hasPassword ? { current, password, keepAccess } : { password, keepAccess },
      }),
    onDone: async () => {
      form.reset();
      showToast(texts.passwordChangedYourOtherSessions);
      await refresh();
    },
  });
  return (
    <Panel title={texts.password} {...(user.hasGoogle ? { note: texts.googleIsLinked } : {})}>
      <ApiForm form={form} failed={texts.couldntChangeThePassword} verb={texts.changePassword}>
        <input type="hidden" autoComplete="username" value={user.email} readOnly />
        {user.hasPassword && (
          <PasswordInput
            label={texts.currentPassword}
            autoComplete="current-password"
            required
            {...form.field('current')}
          />
        )}
        <NewPassword label={texts.newPassword} {...form.field('password')} />
        <Checkbox label={keepAccess} description={keepAccessAbout} {...form.box('keepAccess')} />
      </ApiForm>
    </Panel>
  );
}

function Sessions() {
  const query = useQuery(sessionsQuery);
  const [asking, setAsking] = useState(false);
  return (
    <Panel
      title={texts.sessions}
      note={texts.devicesWhereYoureLoggedIn}
      flush
      actions={<SmallButton onClick={() => setAsking(true)}>{texts.endAll}</SmallButton>}
    >
      <Loaded query={query} what={texts.yourSessions}>
        {({ sessions }) => (
          <Table
            label={texts.sessions}
            heads={[texts.device, texts.address, texts.loginMethod, texts.since, texts.lastUsed, '']}
          >
            {sessions.map((one) => (
              <SessionRow key={one.id} one={one} />
            ))}
          </Table>
        )}
      </Loaded>
      {asking && (
        <Confirm
          title={texts.endAllSessions}
          verb={texts.endAll}
          run={() => api.delete('/auth/v1/me/sessions')}
          onDone={() => void session.leave()}
          onClose={() => setAsking(false)}
        >
          {texts.thisSignsYouOutOn}
        </Confirm>
      )}
    </Panel>
  );
}

function SessionRow({ one }: { one: Session }) {
  const refresh = useRefresh(sessionsQuery);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.delete('/auth/v1/me/sessions/{session}', { params: { path: { session: one.id } } }),
    onSuccess: refresh,
  });
  return (
    <tr>
      <td>{one.device}</td>
      <td data-dim>{one.address}</td>
      <td data-dim>{texts.methods[one.method]}</td>
      <TimeCell at={one.createdAt} />
      <TimeCell at={one.lastUsedAt} />
      <td data-end>
        {one.current ? (
          texts.thisSession
        ) : (
          <SmallButton
            loading={isPending}
            onClick={() => mutate()}
            aria-label={texts.endTheSessionOn(one.device)}
          >
            {texts.end}
          </SmallButton>
        )}
        {error && <Failure error={error} what={texts.couldntEndTheSession} />}
      </td>
    </tr>
  );
}

import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, client, session } from '@/api/client';
import { meQuery, sessionsQuery } from '@/api/queries/identity';
import type { Session, User } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { NewPassword, passwordProblem } from '@/components/NewPassword';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { rolesInWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import { Table } from '@/components/Table';
import { tell } from '@/components/tell';
import { Time } from '@/components/Time';
import { useApiForm } from '@/components/useApiForm';
import { AccountSections } from './-AccountSections';
import classes from './-account.module.css';

export const Route = createFileRoute('/_app/account/')({ component: Account });

function Account() {
  const me = useQuery(meQuery);
  return (
    <Page title="Account">
      <AccountSections />
      <Loaded query={me} what="Your account">
        {(user) => (
          <div className={classes.two}>
            <Profile user={user} />
            <Password user={user} />
          </div>
        )}
      </Loaded>
      <Sessions />
    </Page>
  );
}

function Profile({ user }: { user: User }) {
  const queryClient = useQueryClient();
  const form = useApiForm({
    initialValues: { name: user.name },
    validate: { name: (v) => (v.trim() === '' ? 'A name is needed.' : null) },
    send: ({ name }) => answer(client.PATCH('/auth/v1/me', { body: { name: name.trim() } })),
    onDone: (next) => {
      session.update(next);
      queryClient.setQueryData(meQuery.queryKey, next);
      tell('Name saved.');
    },
  });
  return (
    <Panel title="Profile">
      <form onSubmit={form.submit} noValidate className={classes.form}>
        <TextInput label="E-mail" value={user.email} readOnly autoComplete="username" />
        <TextInput
          label="Roles"
          value={rolesInWords(user)}
          readOnly
          description="Administrators change them."
        />
        <TextInput label="Name" autoComplete="name" required withAsterisk={false} {...form.field('name')} />
        {form.failure && <Failure error={form.failure} what="The name was not saved." />}
        <Button type="submit" loading={form.busy} className={classes.button ?? ''}>
          Save
        </Button>
      </form>
    </Panel>
  );
}

function Password({ user }: { user: User }) {
  const queryClient = useQueryClient();
  const form = useApiForm({
    initialValues: { current: '', password: '' },
    validate: {
      current: (v) => (v === '' && user.hasPassword ? 'Your present password is needed.' : null),
      password: passwordProblem,
    },
    send: ({ current, password }) =>
      answer(
        client.POST('/auth/v1/me/password', {
          body: user.hasPassword ? { current, password } : { password },
        }),
      ),
    onDone: async () => {
      form.reset();
      tell('Password changed. Your other sessions have ended.');
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  return (
    <Panel title="Password" {...(user.hasGoogle ? { note: 'Google is linked' } : {})}>
      <form onSubmit={form.submit} noValidate className={classes.form}>
        <input type="hidden" autoComplete="username" value={user.email} readOnly />
        {user.hasPassword && (
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            {...form.field('current')}
          />
        )}
        <NewPassword label="New password" {...form.field('password')} />
        {form.failure && <Failure error={form.failure} what="The password was not changed." />}
        <Button type="submit" loading={form.busy} className={classes.button ?? ''}>
          Change password
        </Button>
      </form>
    </Panel>
  );
}

function Sessions() {
  const query = useQuery(sessionsQuery);
  const [asking, setAsking] = useState(false);
  return (
    <Panel
      title="Sessions"
      note="where you are logged in"
      flush
      actions={<SmallButton onClick={() => setAsking(true)}>End all</SmallButton>}
    >
      <Loaded query={query} what="Your sessions">
        {({ sessions }) => (
          <Table label="Sessions" heads={['Device', 'Address', 'Logged in by', 'Since', 'Last use', '']}>
            {sessions.map((one) => (
              <SessionRow key={one.id} one={one} />
            ))}
          </Table>
        )}
      </Loaded>
      {asking && (
        <Confirm
          title="End all sessions?"
          verb="End all"
          run={() => answer(client.DELETE('/auth/v1/me/sessions'))}
          onDone={() => void session.leave()}
          onClose={() => setAsking(false)}
        >
          You are logged out on every device, this one too. API tokens stay.
        </Confirm>
      )}
    </Panel>
  );
}

function SessionRow({ one }: { one: Session }) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      answer(client.DELETE('/auth/v1/me/sessions/{session}', { params: { path: { session: one.id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  return (
    <tr>
      <td>{one.device}</td>
      <td data-dim>{one.address}</td>
      <td data-dim>{one.method === 'google' ? 'Google' : 'Password'}</td>
      <td data-dim>
        <Time at={one.createdAt} />
      </td>
      <td data-dim>
        <Time at={one.lastUsedAt} />
      </td>
      <td data-end>
        {one.current ? (
          'This session'
        ) : (
          <SmallButton
            loading={isPending}
            onClick={() => mutate()}
            aria-label={`End the session on ${one.device}`}
          >
            End
          </SmallButton>
        )}
        {error && <Failure error={error} what="It was not ended." />}
      </td>
    </tr>
  );
}

import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api } from '@/api/client';
import { usersQuery } from '@/api/queries/identity';
import { useRefresh } from '@/api/queryClient';
import type { User } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Dropdown } from '@/components/Dropdown';
import dropdown from '@/components/Dropdown.module.css';
import { DropdownButton } from '@/components/DropdownItems';
import { ButtonLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { NotAllowed } from '@/components/NotAllowed';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { rolesInWords } from '@/components/roles';
import { Status } from '@/components/status/Status';
import { Table, TimeCell } from '@/components/Table';
import { useMay, useMe } from '@/components/useMe';
import classes from './-people.module.css';
import { PeopleSections } from './-PeopleSections';
import { accessMenu } from '@/texts/access';
import * as texts from '@/texts/administration';

const RolesDialog = lazy(() => import('./-RolesDialog'));
const WaysInDialog = lazy(() => import('./-WaysInDialog'));

export const Route = createFileRoute('/_app/administration/users')({ component: Users });

type UserAction = { what: 'roles' | 'access' | 'disable' | 'enable' | 'end'; user: User };

function Users() {
  const administrator = useMay('administrator');
  const query = useQuery({ ...usersQuery, enabled: administrator });
  const [action, setAction] = useState<UserAction>();
  if (!administrator) return <NotAllowed title={texts.users}>{texts.youDontHavePermissionAsk}</NotAllowed>;
  return (
    <Page
      title={texts.people}
      actions={<ButtonLink to="/administration/invitations">{texts.inviteSomeone}</ButtonLink>}
    >
      <PeopleSections />
      <Loaded query={query} what={texts.theUsers} shape="panel">
        {({ users }) => (
          <Panel title={texts.users} note={users.length} flush>
            <Table
              label={texts.users}
              heads={[texts.name, texts.email, texts.roles, texts.state, texts.lastLogin, '']}
            >
              {users.map((user) => (
                <UserRow key={user.id} user={user} onDo={(what) => setAction({ what, user })} />
              ))}
            </Table>
          </Panel>
        )}
      </Loaded>
      <Suspense>{action && <Dialog action={action} onClose={() => setAction(undefined)} />}</Suspense>
    </Page>
  );
}

const enabled = { shape: 'check', tone: 'ok', word: texts.enabled } as const;
const disabled = { shape: 'slash', tone: 'quiet', word: texts.disabled } as const;

function UserRow({ user, onDo }: { user: User; onDo: (what: UserAction['what']) => void }) {
  const me = useMe();
  return (
    <tr className={user.disabled ? classes.off : undefined}>
      <td>
        {user.name} {me?.id === user.id && <span className="dim">{texts.you}</span>}
      </td>
      <td>{user.email}</td>
      <td data-wrap>{rolesInWords(user)}</td>
      <td>
        <Status look={user.disabled ? disabled : enabled} />
      </td>
      <TimeCell at={user.lastLoginAt} never={texts.never} />
      <td data-end>
        <Dropdown
          align="end"
          className={`${dropdown.opener} ${dropdown.small}`}
          button={texts.edit}
          label={texts.editOne(user.name)}
          contents={texts.editOne(user.name)}
        >
          <DropdownButton onClick={() => onDo('roles')}>{texts.roles2}</DropdownButton>
          <DropdownButton onClick={() => onDo('access')}>{accessMenu}</DropdownButton>
          <DropdownButton onClick={() => onDo('end')}>{texts.endSessions}</DropdownButton>
          {user.disabled ? (
            <DropdownButton onClick={() => onDo('enable')}>{texts.enable}</DropdownButton>
          ) : (
            <DropdownButton danger onClick={() => onDo('disable')}>
              {texts.disable}
            </DropdownButton>
          )}
        </Dropdown>
      </td>
    </tr>
  );
}

function Dialog({ action: { what, user }, onClose }: { action: UserAction; onClose: () => void }) {
  const refresh = useRefresh(usersQuery);
  const path = { user: user.id };
  const setDisabled = (value: boolean) => () =>
    api.patch('/auth/v1/users/{user}', { params: { path }, body: { disabled: value } });
  const common = { onDone: refresh, onClose };
  switch (what) {
    case 'roles':
      return <RolesDialog user={user} {...common} />;
    case 'access':
      return <WaysInDialog user={user} onClose={onClose} />;
    case 'disable':
      return (
        <Confirm
          title={texts.disable2(user.name)}
          verb={texts.disable3}
          destructive
          run={setDisabled(true)}
          {...common}
        >
          {texts.thisSignsOutEverywhereAnd(user.email)}
        </Confirm>
      );
    case 'enable':
      return (
        <Confirm title={texts.enable2(user.name)} verb={texts.enable3} run={setDisabled(false)} {...common}>
          {texts.canLogInAgainAs(user.email, rolesInWords(user))}
        </Confirm>
      );
    case 'end':
      return (
        <Confirm
          title={texts.endAllSessionsOf(user.name)}
          verb={texts.endSessions2}
          run={() => api.delete('/auth/v1/users/{user}/sessions', { params: { path } })}
          {...common}
        >
          {texts.thisSignsThemOutOn}
        </Confirm>
      );
  }
}

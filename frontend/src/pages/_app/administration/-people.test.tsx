import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import type { InvitationList, User } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import * as people from '@/testing/fixtures/people';

const api = fixtureApi();
const users = (of: typeof people.users) => ({ 'GET /auth/v1/users': { users: of } }) as const;
const [ada, bruno, ...others] = people.users as [User, User, ...User[]];

beforeEach(() => signIn());

describe('users', () => {
  const act = async (user: ReturnType<typeof open>['user'], name: string, what: string) => {
    const row = await screen.findByRole('row', { name: new RegExp(name) });
    await user.click(within(row).getByRole('button', { name: what, hidden: true }));
  };

  test('stand with roles, state and last log-in', async () => {
    open('/administration/users');
    expect(
      await screen.findByRole('row', { name: /Chidi.*Viewer, Operator on learn-do.*Enabled/ }),
    ).toBeVisible();
    expect(screen.getByRole('row', { name: /Dora.*Disabled/ })).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  test('get other roles', async () => {
    const { role: _, ...rest } = bruno;
    const changed: User = { ...rest, clusters: { sandbox: 'viewer' } };
    api.answers({ 'PATCH /auth/v1/users/{user}': api.andThen(changed, users([ada, changed, ...others])) });
    const { user } = open('/administration/users');
    await act(user, 'Bruno', 'Roles…');
    const dialog = await screen.findByRole('dialog', { name: 'Roles of Bruno Keller' });
    expect(await faults(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole('radio', { name: 'Only these clusters' }));
    await user.click(await within(dialog).findByRole('checkbox', { name: 'sandbox' }));
    await user.selectOptions(within(dialog).getByLabelText('Role on sandbox'), 'viewer');
    await user.click(within(dialog).getByRole('button', { name: 'Change roles' }));
    expect(await screen.findByRole('row', { name: /Bruno.*Viewer on sandbox/ })).toBeVisible();
    expect(api.sent('PATCH /auth/v1/users/{user}')).toMatchObject([
      { params: { user: 'u2' }, body: { grants: { clusters: { sandbox: 'viewer' } } } },
    ]);
  });

  test('are disabled after a question that says what it means', async () => {
    const disabled = { ...bruno, disabled: true };
    api.answers({ 'PATCH /auth/v1/users/{user}': api.andThen(disabled, users([ada, disabled, ...others])) });
    const { user } = open('/administration/users');
    await act(user, 'Bruno', 'Disable…');
    const dialog = await screen.findByRole('dialog', { name: 'Disable Bruno Keller?' });
    expect(dialog).toHaveTextContent('revokes their API tokens');
    await user.click(within(dialog).getByRole('button', { name: 'Disable' }));
    expect(await screen.findByRole('row', { name: /Bruno.*Disabled/ })).toBeVisible();
    expect(api.bodies('PATCH /auth/v1/users/{user}')).toEqual([{ disabled: true }]);
  });

  test('the last administrator stays one, and it says why', async () => {
    api.answers({ 'PATCH /auth/v1/users/{user}': problem(409, 'This is the last administrator.') });
    const { user } = open('/administration/users');
    await act(user, 'Ada', 'Disable…');
    await user.click(await screen.findByRole('button', { name: 'Disable' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('This is the last administrator.');
    expect(screen.getByRole('row', { name: /Ada.*Enabled/ })).toBeInTheDocument();
  });

  test('are for administrators only', async () => {
    signIn('operator');
    open('/administration/users');
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
  });
});

describe('invitations', () => {
  const list = (...invitations: InvitationList['invitations']) =>
    ({ 'GET /auth/v1/invitations': { invitations } }) as const;
  beforeEach(() => api.answers(list(people.erin, people.finn)));

  test('cannot be sent without a mail server, and the page says why', async () => {
    api.answers({ 'GET /auth/v1/state': { ...people.state, mail: false } });
    open('/administration/invitations');
    expect(await screen.findByText(/No mail server is configured, so you can’t invite anyone/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Send invitation' })).toBeDisabled();
    expect(await screen.findByRole('row', { name: /finn/ })).toBeVisible();
    expect(screen.queryByRole('button', { name: /Resend/ })).not.toBeInTheDocument();
    expect(await faults()).toEqual([]);
  });

  test('are sent, sent again and withdrawn', async () => {
    const { erin, finn } = people;
    const gina = { ...erin, id: 'i3', email: 'gina@example.org' };
    const revoked = { ...gina, state: 'revoked' as const };
    const again = { ...finn, state: 'valid' as const };
    api.answers({
      'POST /auth/v1/invitations': api.andThen(gina, list(gina, erin, finn)),
      'POST /auth/v1/invitations/{invitation}/revoke': api.andThen(null, list(revoked, erin, finn)),
      'POST /auth/v1/invitations/{invitation}/resend': api.andThen(again, list(revoked, erin, again)),
    });
    const { user } = open('/administration/invitations');
    await user.type(await screen.findByLabelText('Email'), 'gina@example.org');
    await user.selectOptions(screen.getByLabelText('Role on all clusters'), 'operator');
    await user.click(screen.getByRole('button', { name: 'Send invitation' }));
    expect(await screen.findByRole('row', { name: /gina.*Operator.*Waiting/ })).toBeVisible();
    expect(api.bodies('POST /auth/v1/invitations')).toEqual([
      { email: 'gina@example.org', role: 'operator' },
    ]);
    await user.click(screen.getByRole('button', { name: 'Revoke the invitation of gina@example.org' }));
    expect(await screen.findByRole('row', { name: /gina.*Revoked/ })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Resend to finn@example.org' }));
    expect(await screen.findByRole('row', { name: /finn.*Waiting/ })).toBeVisible();
    expect(api.sent('POST /auth/v1/invitations/{invitation}/revoke')).toMatchObject([
      { params: { invitation: 'i3' } },
    ]);
    expect(api.sent('POST /auth/v1/invitations/{invitation}/resend')).toMatchObject([
      { params: { invitation: 'i2' } },
    ]);
    expect(await faults()).toEqual([]);
  });

  test('need an address and a role', async () => {
    const { user } = open('/administration/invitations');
    await user.click(await screen.findByRole('radio', { name: 'Only these clusters' }));
    await user.click(screen.getByRole('button', { name: 'Send invitation' }));
    expect(screen.getByLabelText('Email')).toHaveAccessibleDescription('Enter an email address.');
    expect(screen.getByText('Select at least one cluster.')).toBeVisible();
  });
});

describe('one’s own account', () => {
  beforeEach(() =>
    api.answers({
      'GET /auth/v1/me/sessions': { sessions: people.sessions },
      'GET /auth/v1/me/tokens': { tokens: [people.token] },
    }),
  );

  test('changes name and password', async () => {
    const renamed = { ...ada, name: 'Ada O.' };
    api.answers({
      'PATCH /auth/v1/me': api.andThen(renamed, { 'GET /auth/v1/me': renamed }),
      'POST /auth/v1/me/password': problem(422, 'Some of the input is wrong.', [
        { field: 'current', message: 'is not your password' },
      ]),
    });
    const { user } = open('/account');
    const name = await screen.findByLabelText('Name');
    await user.clear(name);
    await user.type(name, 'Ada O.');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('button', { name: /account menu for Ada O\./ })).toBeVisible();
    expect(api.bodies('PATCH /auth/v1/me')).toEqual([{ name: 'Ada O.' }]);
    await user.type(screen.getByLabelText('Current password'), 'wrong');
    await user.type(screen.getByLabelText('New password'), 'seven green herons at dawn');
    await user.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText('Is not your password.')).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  test('ends another session, and all of them', async () => {
    api.answers({
      'DELETE /auth/v1/me/sessions/{session}': api.andThen(null, {
        'GET /auth/v1/me/sessions': { sessions: people.sessions.slice(0, 1) },
      }),
      'DELETE /auth/v1/me/sessions': api.andThen(null, {
        'POST /auth/v1/refresh': problem(401, 'Please log in.'),
      }),
    });
    const { user } = open('/account');
    await user.click(await screen.findByRole('button', { name: 'End the session on Safari on iPhone' }));
    await waitFor(() => expect(screen.queryByText('Safari on iPhone')).not.toBeInTheDocument());
    expect(api.sent('DELETE /auth/v1/me/sessions/{session}')).toMatchObject([{ params: { session: 's2' } }]);
    await user.click(screen.getByRole('button', { name: 'End all' }));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'End all' }));
    expect(await screen.findByRole('heading', { name: 'Logged out' })).toBeVisible();
  });

  test('makes an API token, shows it once and revokes it', async () => {
    const { token } = people;
    const backup = { ...token, id: 't2', name: 'backup' };
    const made = { token: backup, secret: 'ocim_pat_shown-once' };
    const list = (...tokens: (typeof token)[]) => ({ 'GET /auth/v1/me/tokens': { tokens } }) as const;
    api.answers({
      'POST /auth/v1/me/tokens': api.andThen(made, list(backup, token)),
      'DELETE /auth/v1/me/tokens/{token}': api.andThen(null, list(token)),
    });
    const { user } = open('/account/tokens');
    await user.type(await screen.findByLabelText('Name'), 'backup');
    await user.click(screen.getByRole('button', { name: 'Create token' }));
    const secret = await screen.findByText('ocim_pat_shown-once');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Done' }));
    expect(secret).not.toBeInTheDocument();
    await user.click(await screen.findByRole('button', { name: 'Revoke backup' }));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Revoke' }));
    await waitFor(() => expect(screen.queryByRole('row', { name: /backup/ })).not.toBeInTheDocument());
    expect(api.bodies('POST /auth/v1/me/tokens')).toMatchObject([{ name: 'backup' }]);
    expect(api.sent('DELETE /auth/v1/me/tokens/{token}')).toMatchObject([{ params: { token: 't2' } }]);
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

beforeEach(() => {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: mock.world.user,
  });
});

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
    const { user } = open('/administration/users');
    await act(user, 'Bruno', 'Roles…');
    const dialog = await screen.findByRole('dialog', { name: 'Roles of Bruno Keller' });
    expect(await faults(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole('radio', { name: 'Only these clusters' }));
    await user.click(await within(dialog).findByRole('checkbox', { name: 'sandbox' }));
    await user.selectOptions(within(dialog).getByLabelText('Role on sandbox'), 'viewer');
    await user.click(within(dialog).getByRole('button', { name: 'Change roles' }));
    expect(await screen.findByRole('row', { name: /Bruno.*Viewer on sandbox/ })).toBeVisible();
  });

  test('are disabled after a question that says what it means', async () => {
    const { user } = open('/administration/users');
    await act(user, 'Bruno', 'Disable…');
    const dialog = await screen.findByRole('dialog', { name: 'Disable Bruno Keller?' });
    expect(dialog).toHaveTextContent('revokes their API tokens');
    await user.click(within(dialog).getByRole('button', { name: 'Disable' }));
    expect(await screen.findByRole('row', { name: /Bruno.*Disabled/ })).toBeVisible();
  });

  test('the last administrator stays one, and it says why', async () => {
    const { user } = open('/administration/users');
    await act(user, 'Ada', 'Disable…');
    await user.click(await screen.findByRole('button', { name: 'Disable' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('This is the last administrator.');
    expect(mock.world.user.disabled).toBe(false);
  });

  test('are for administrators only', async () => {
    session.enter({
      accessToken: 'a',
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      user: { ...mock.world.user, role: 'operator' },
    });
    open('/administration/users');
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
  });
});

describe('invitations', () => {
  test('cannot be sent without a mail server, and the page says why', async () => {
    mock.world.mail = false;
    open('/administration/invitations');
    expect(await screen.findByText(/No mail server is configured, so you can’t invite anyone/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Send invitation' })).toBeDisabled();
    expect(await screen.findByRole('row', { name: /finn/ })).toBeVisible();
    expect(screen.queryByRole('button', { name: /Resend/ })).not.toBeInTheDocument();
    expect(await faults()).toEqual([]);
  });

  test('are sent, sent again and withdrawn', async () => {
    const { user } = open('/administration/invitations');
    await user.type(await screen.findByLabelText('Email'), 'gina@example.org');
    await user.selectOptions(screen.getByLabelText('Role on all clusters'), 'operator');
    await user.click(screen.getByRole('button', { name: 'Send invitation' }));
    expect(await screen.findByRole('row', { name: /gina.*Operator.*Waiting/ })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Revoke the invitation of gina@example.org' }));
    expect(await screen.findByRole('row', { name: /gina.*Revoked/ })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Resend to finn@example.org' }));
    expect(await screen.findByRole('row', { name: /finn.*Waiting/ })).toBeVisible();
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
  test('changes name and password', async () => {
    const { user } = open('/account');
    const name = await screen.findByLabelText('Name');
    await user.clear(name);
    await user.type(name, 'Ada O.');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('button', { name: /account menu for Ada O\./ })).toBeVisible();
    await user.type(screen.getByLabelText('Current password'), 'wrong');
    await user.type(screen.getByLabelText('New password'), 'seven green herons at dawn');
    await user.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText('Is not your password.')).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  test('ends another session, and all of them', async () => {
    const { user } = open('/account');
    await user.click(await screen.findByRole('button', { name: 'End the session on Safari on iPhone' }));
    await waitFor(() => expect(screen.queryByText('Safari on iPhone')).not.toBeInTheDocument());
    await user.click(screen.getByRole('button', { name: 'End all' }));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'End all' }));
    expect(await screen.findByRole('heading', { name: 'Logged out' })).toBeVisible();
  });

  test('makes an API token, shows it once and revokes it', async () => {
    const { user } = open('/account/tokens');
    await user.type(await screen.findByLabelText('Name'), 'backup');
    await user.click(screen.getByRole('button', { name: 'Create token' }));
    const secret = await screen.findByText('ocim_pat_mock-secret-shown-once');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Done' }));
    expect(secret).not.toBeInTheDocument();
    await user.click(await screen.findByRole('button', { name: 'Revoke backup' }));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Revoke' }));
    await waitFor(() => expect(screen.queryByRole('row', { name: /backup/ })).not.toBeInTheDocument());
  });
});

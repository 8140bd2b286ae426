import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { AuditEntry } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();

const roles: AuditEntry = {
  id: 'a3',
  at: ago(20),
  actor: { userId: 'u1', email: 'ada@example.org', address: '192.0.2.10' },
  action: 'user.role',
  target: 'user/u2',
  before: { email: 'bruno@example.org', grants: { global: 'viewer' }, disabled: false },
  after: { email: 'bruno@example.org', grants: { global: 'operator' }, disabled: false },
};
const update: AuditEntry = {
  id: 'a2',
  at: ago(90),
  actor: { userId: 'u2', email: 'bruno@example.org', tokenId: 't9' },
  action: 'operation.update',
  target: 'cluster/campus-aws/instance/academy',
  before: { 'config.yml': { LANGUAGE_CODE: 'fr' } },
  after: {
    kind: 'update',
    reason: 'A newer theme.',
    changes: ['LANGUAGE_CODE: fr → en in config.yml'],
    files: [
      {
        Path: 'instances/academy/config.yml',
        Action: 'update',
        Diff: '@@ -1,1 +1,1 @@\n-LANGUAGE_CODE: fr\n+LANGUAGE_CODE: en\n',
      },
    ],
  },
  operation: 'op1',
};
const added: AuditEntry = {
  id: 'a1',
  at: ago(900),
  actor: {},
  action: 'project.added',
  target: 'project/sandbox',
};

const log = (...entries: AuditEntry[]) => api.answers({ 'GET /auth/v1/audit': { entries } });
const lastQuery = () => api.sent('GET /auth/v1/audit').at(-1)?.query;

beforeEach(() => {
  signIn();
  log(roles, update, added);
});

const row = (name: RegExp) => screen.findByRole('row', { name });

test('says who did what to what, and what it changed', async () => {
  open('/administration/audit');
  const roles = await row(/Ada Okafor Roles changed Bruno Keller Role on all clusters: viewer → operator/);
  expect(roles).toBeVisible();
  expect(
    await row(/Bruno Keller Update requested academy on campus-aws LANGUAGE_CODE: fr → en in config\.yml/),
  ).toBeVisible();
  expect(await row(/Ocim \(system\) Project added sandbox/)).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('an entry opens to its values before and after, and its link opens it', async () => {
  const { router, user } = open('/administration/audit');
  await user.click(within(await row(/Roles changed/)).getByRole('button', { name: /Roles changed/ }));
  const values = await screen.findByRole('table', { name: 'Values before and after' });
  expect(within(values).getByRole('row', { name: 'Role on all clusters viewer operator' })).toBeVisible();
  expect(router.state.location.searchStr).toBe('?entry=a3');
  expect(screen.getByText('192.0.2.10')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('link', { name: 'Show all for this item' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?target=user/u2'));
});

test('is filtered by who and what, in the address and in what the API is sent', async () => {
  const { router, user } = open('/administration/audit');
  await screen.findByRole('option', { name: 'Bruno Keller' });
  log(update);
  await user.selectOptions(screen.getByLabelText('Who'), 'u2');
  await waitFor(() => expect(screen.queryByRole('row', { name: /Roles changed/ })).not.toBeInTheDocument());
  expect(lastQuery()).toEqual({ user: ['u2'] });
  log();
  await user.selectOptions(screen.getByLabelText('What'), 'user.disabled');
  expect(await screen.findByText('No results')).toBeVisible();
  expect(router.state.location.searchStr).toBe('?user=u2&action=user.disabled');
  expect(lastQuery()).toEqual({ user: ['u2'], action: ['user.disabled'] });
  log(update);
  await user.click(screen.getByRole('button', { name: 'Remove filter What: Account disabled' }));
  expect(await row(/Update requested/)).toBeVisible();
  log(roles, update, added);
  await user.click(screen.getByRole('button', { name: 'Clear all' }));
  expect(await row(/Project added/)).toBeVisible();
});

test('an update opens to its diff, without repeating it field by field', async () => {
  const { user } = open('/administration/audit');
  await user.click(within(await row(/Update requested/)).getByRole('button', { name: /Update requested/ }));
  const diff = await screen.findByRole('table', { name: 'instances/academy/config.yml' });
  expect(within(diff).getByRole('row', { name: /added LANGUAGE_CODE: en/i })).toBeVisible();
  const values = screen.getByRole('table', { name: 'Values before and after' });
  expect(values).toHaveTextContent('A newer theme.');
  expect(values).not.toHaveTextContent('LANGUAGE_CODE');
  expect(await faults()).toEqual([]);
});

test('is filtered by cluster, instance, key and date, in the address', async () => {
  const { router, user } = open('/administration/audit');
  await screen.findByRole('option', { name: 'campus-aws' });
  expect(screen.getByLabelText('Instance')).toBeDisabled();
  await user.selectOptions(screen.getByLabelText('Cluster'), 'campus-aws');
  await user.selectOptions(await screen.findByLabelText('Instance'), 'academy');
  await user.type(screen.getByLabelText('Key'), 'LANGUAGE{Enter}');
  await waitFor(() =>
    expect(router.state.location.search).toEqual({
      target: 'cluster/campus-aws/instance/academy',
      key: 'LANGUAGE',
    }),
  );
  expect(await row(/Update requested/)).toBeVisible();
  log();
  await user.type(screen.getByLabelText('From'), '2020-01-01');
  await user.type(screen.getByLabelText('To'), '2020-01-02');
  expect(await screen.findByText('No results')).toBeVisible();
  expect(lastQuery()).toMatchObject({
    target: ['cluster/campus-aws/instance/academy'],
    key: ['LANGUAGE'],
    since: [new Date(2020, 0, 1).toISOString()],
    until: [new Date(2020, 0, 3).toISOString()],
  });
  expect(screen.getByRole('button', { name: 'Remove filter From: 2020-01-01' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Remove filter About: academy' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('pages by cursor', async () => {
  api.answers({ 'GET /auth/v1/audit': { entries: [roles, update], next: 'c2' } });
  const { user } = open('/administration/audit');
  await screen.findByRole('table', { name: 'Audit log' });
  expect(screen.getAllByRole('row')).toHaveLength(3);
  log(added);
  await user.click(screen.getByRole('button', { name: 'Show earlier' }));
  await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(4));
  expect(lastQuery()).toEqual({ after: ['c2'] });
});

test('is for administrators only', async () => {
  signIn('operator');
  api.answers({ 'GET /auth/v1/audit': problem(403, 'Your role does not allow this.') });
  open('/administration/audit');
  expect(await screen.findByText('You don’t have permission')).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Audit' })).not.toBeInTheDocument();
});

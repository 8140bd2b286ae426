import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Role } from '@/api/types';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

function enter(role: Role) {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...mock.world.user, role },
  });
}

beforeEach(() => enter('administrator'));

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

test('is filtered by who and what, in the address', async () => {
  const { router, user } = open('/administration/audit');
  await screen.findByRole('option', { name: 'Bruno Keller' });
  await user.selectOptions(screen.getByLabelText('Who'), 'u2');
  await waitFor(() => expect(screen.queryByRole('row', { name: /Roles changed/ })).not.toBeInTheDocument());
  await user.selectOptions(screen.getByLabelText('What'), 'user.disabled');
  expect(await screen.findByText('No results')).toBeVisible();
  expect(router.state.location.searchStr).toBe('?user=u2&action=user.disabled');
  await user.click(screen.getByRole('button', { name: 'Remove filter What: Account disabled' }));
  expect(await row(/Update requested/)).toBeVisible();
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
  await user.type(screen.getByLabelText('From'), '2020-01-01');
  await user.type(screen.getByLabelText('To'), '2020-01-02');
  expect(await screen.findByText('No results')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Remove filter From: 2020-01-01' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Remove filter About: academy' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('pages by cursor', async () => {
  const [entry] = mock.world.audit;
  if (!entry) throw new Error('an empty log');
  mock.world.audit = Array.from({ length: 60 }, (_, i) => ({ ...entry, id: `e${i}` }));
  const { user } = open('/administration/audit');
  await screen.findByRole('table', { name: 'Audit log' });
  expect(screen.getAllByRole('row')).toHaveLength(51);
  await user.click(screen.getByRole('button', { name: 'Show earlier' }));
  await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(61));
});

test('is for administrators only', async () => {
  enter('operator');
  open('/administration/audit');
  expect(await screen.findByText('You don’t have permission')).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Audit' })).not.toBeInTheDocument();
});

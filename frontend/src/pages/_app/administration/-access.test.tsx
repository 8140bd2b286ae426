import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { faults, fixtureApi, open, signIn } from '@/testing/app';
import { token } from '@/testing/fixtures/people';

const api = fixtureApi();

beforeEach(() => signIn());

test('an administrator revokes what lets a user in', async () => {
  const nightly = { ...token, name: 'Nightly', lastFrom: '192.0.2.7' };
  const all = { tokens: [nightly], rememberedBrowsers: 2, passkeys: [], linked: true };
  const left = (ways: typeof all) => ({ 'GET /auth/v1/users/{user}/ways-in': ways }) as const;
  const noTokens = { ...all, tokens: [] };
  const noBrowsers = { ...noTokens, rememberedBrowsers: 0 };
  api.answers({
    ...left(all),
    'DELETE /auth/v1/users/{user}/tokens/{token}': api.andThen(null, left(noTokens)),
    'DELETE /auth/v1/users/{user}/browsers': api.andThen(null, left(noBrowsers)),
    'DELETE /auth/v1/users/{user}/link': api.andThen(null, left({ ...noBrowsers, linked: false })),
  });
  const { user } = open('/administration/users');
  const row = await screen.findByRole('row', { name: /Bruno/ });
  await user.click(within(row).getByRole('button', { name: 'Access…', hidden: true }));
  const dialog = await screen.findByRole('dialog', { name: /^Access of / });
  expect(await within(dialog).findByText('192.0.2.7')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Revoke Nightly' }));
  expect(await within(dialog).findByText('No API tokens.')).toBeVisible();
  expect(api.sent('DELETE /auth/v1/users/{user}/tokens/{token}').map(({ params }) => params)).toEqual([
    { user: 'u2', token: 't1' },
  ]);
  await user.click(within(dialog).getByRole('button', { name: 'Forget browsers' }));
  expect(await within(dialog).findByText('0 remembered browsers.')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Unlink sign-in' }));
  expect(await within(dialog).findByText('No sign-in account is linked.')).toBeVisible();
  await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Unlink sign-in' })).toBeDisabled());
});

test('an administrator verifies the audit log', async () => {
  const sound = { ok: true, entries: 7, sealed: 5, beforeMacs: 0 };
  api.answers({ 'GET /auth/v1/audit': { entries: [] }, 'POST /sync/v1/audit/verify': sound });
  const { user } = open('/administration/audit');
  await user.click(await screen.findByRole('button', { name: 'Verify log' }));
  expect(await screen.findByText('The log is intact: 7 entries, 5 of them sealed.')).toBeVisible();
  expect(screen.queryByText(/earlier release/)).toBeNull();
  api.answers({ 'POST /sync/v1/audit/verify': { ...sound, beforeMacs: 2 } });
  await user.click(screen.getByRole('button', { name: 'Verify log' }));
  expect(await screen.findByText(/^An earlier release sealed 2 entries in groups only/)).toBeVisible();
  const broken = { ...sound, ok: false, entries: 3, sealed: 0, problem: 'The end of the log is missing.' };
  api.answers({ 'POST /sync/v1/audit/verify': broken });
  await user.click(screen.getByRole('button', { name: 'Verify log' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'The log was tampered with. The end of the log is missing.',
  );
});

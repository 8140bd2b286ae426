import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();
const at = (path: string) => `${window.location.origin}/function${path}`;

beforeEach(() =>
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...mock.world.user, role: 'administrator' },
  }),
);

test('an administrator revokes what lets a user in', async () => {
  const token = { ...mock.world.tokens[0], id: 't1', name: 'Nightly', lastFrom: '192.0.2.7' };
  let ways = { tokens: [token], rememberedBrowsers: 2, passkeys: [], linked: true };
  const revoked: string[] = [];
  mock.use(
    http.get(at('/auth/v1/users/:user/ways-in'), () => HttpResponse.json(ways)),
    http.delete(at('/auth/v1/users/:user/tokens/:token'), ({ params }) => {
      revoked.push(String(params.token));
      ways = { ...ways, tokens: [] };
      return new HttpResponse(null, { status: 204 });
    }),
    http.delete(at('/auth/v1/users/:user/browsers'), () => {
      ways = { ...ways, rememberedBrowsers: 0 };
      return new HttpResponse(null, { status: 204 });
    }),
    http.delete(at('/auth/v1/users/:user/link'), () => {
      ways = { ...ways, linked: false };
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open('/administration/users');
  const row = await screen.findByRole('row', { name: /Bruno/ });
  await user.click(within(row).getByRole('button', { name: 'Access…', hidden: true }));
  const dialog = await screen.findByRole('dialog', { name: /^Access of / });
  expect(await within(dialog).findByText('192.0.2.7')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Revoke Nightly' }));
  expect(await within(dialog).findByText('No API tokens.')).toBeVisible();
  expect(revoked).toEqual(['t1']);
  await user.click(within(dialog).getByRole('button', { name: 'Forget browsers' }));
  expect(await within(dialog).findByText('0 remembered browsers.')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Unlink sign-in' }));
  expect(await within(dialog).findByText('No sign-in account is linked.')).toBeVisible();
  await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Unlink sign-in' })).toBeDisabled());
});

test('an administrator verifies the audit log', async () => {
  let result: object = { ok: true, entries: 7, sealed: 5, beforeMacs: 0 };
  mock.use(http.post(at('/sync/v1/audit/verify'), () => HttpResponse.json(result)));
  const { user } = open('/administration/audit');
  await user.click(await screen.findByRole('button', { name: 'Verify log' }));
  expect(await screen.findByText('The log is intact: 7 entries, 5 of them sealed.')).toBeVisible();
  expect(screen.queryByText(/earlier release/)).toBeNull();
  result = { ok: true, entries: 7, sealed: 5, beforeMacs: 2 };
  await user.click(screen.getByRole('button', { name: 'Verify log' }));
  expect(await screen.findByText(/^An earlier release sealed 2 entries in groups only/)).toBeVisible();
  result = { ok: false, entries: 3, sealed: 0, beforeMacs: 0, problem: 'The end of the log is missing.' };
  await user.click(screen.getByRole('button', { name: 'Verify log' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'The log was tampered with. The end of the log is missing.',
  );
});

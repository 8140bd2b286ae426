import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { faults, fixtureApi, open, signIn } from '@/testing/app';
import { token } from '@/testing/fixtures/people';

const api = fixtureApi();

beforeEach(() => {
  signIn();
  api.answers({ 'GET /auth/v1/me/sessions': { sessions: [] }, 'POST /auth/v1/me/password': null });
});

test('changing the password revokes other access unless the user keeps it', async () => {
  const sent = () => api.bodies('POST /auth/v1/me/password');
  const { user } = open('/account');
  const change = async () => {
    await user.type(await screen.findByLabelText('Current password'), 'correct horse battery');
    await user.type(screen.getByLabelText('New password'), 'another horse battery');
    await user.click(screen.getByRole('button', { name: 'Change password' }));
  };
  const box = await screen.findByRole('checkbox', {
    name: 'Keep API tokens, remembered browsers and the linked sign-in',
  });
  expect(box).not.toBeChecked();
  expect(box).toHaveAccessibleDescription('Leave this off if someone else may know your password.');
  await change();
  await waitFor(() => expect(sent()).toHaveLength(1));
  expect(sent()[0]).toMatchObject({ keepAccess: false });

  await user.click(box);
  await change();
  await waitFor(() => expect(sent()).toHaveLength(2));
  expect(sent()[1]).toMatchObject({ keepAccess: true });
  // It is a decision about this change, not about the next one.
  await waitFor(() => expect(box).not.toBeChecked());
});

test('the page of API tokens shows when and from where each was last used', async () => {
  const { lastUsedAt: _, ...unusedToken } = { ...token, id: 't2', name: 'never used' };
  api.answers({ 'GET /auth/v1/me/tokens': { tokens: [{ ...token, lastFrom: '2001:db8::7' }, unusedToken] } });
  open('/account/tokens');
  const table = await screen.findByRole('table', { name: 'API tokens' });
  expect(within(table).getByRole('columnheader', { name: 'Address' })).toBeVisible();
  const used = within(table).getByRole('row', { name: /nightly report/ });
  expect(within(used).getByRole('cell', { name: '2001:db8::7' })).toBeVisible();
  const unused = within(table).getByRole('row', { name: /never used/ });
  expect(within(unused).getByRole('cell', { name: 'Never' })).toBeVisible();
  expect(within(unused).queryByText('2001:db8::7')).toBeNull();
  expect(await faults()).toEqual([]);
});

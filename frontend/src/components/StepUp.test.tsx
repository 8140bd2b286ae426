import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { token } from '@/testing/fixtures/people';

const api = fixtureApi();
const confirm = 'POST /auth/v1/me/confirmation';
const create = 'POST /auth/v1/me/tokens';

beforeEach(() => {
  signIn();
  const refused = (status: number, field: string, message: string) =>
    problem(status, message, [{ field, message }]);
  api.answers({
    'GET /auth/v1/me/tokens': { tokens: [] },
    [confirm]: refused(422, 'password', 'The password is wrong.'),
    [create]: refused(403, 'confirmation', 'Confirm your password to continue.'),
  });
});

async function createToken() {
  const { user } = open('/account/tokens');
  await user.type(await screen.findByLabelText('Name'), 'CI');
  await user.click(screen.getByRole('button', { name: /token$/i }));
  return { user, dialog: await screen.findByRole('dialog', { name: "Confirm it's you" }) };
}

test('a call that needs a confirmation asks for the password and is repeated', async () => {
  const { user, dialog } = await createToken();
  expect(within(dialog).getByText('Confirm your password to continue.')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Confirm' }));
  expect(within(dialog).getByLabelText('Current password')).toHaveAccessibleDescription(
    'Enter your current password.',
  );
  await user.type(within(dialog).getByLabelText('Current password'), 'wrong');
  await user.click(within(dialog).getByRole('button', { name: 'Confirm' }));
  expect(await within(dialog).findByText('The password is wrong.')).toBeVisible();
  await user.clear(within(dialog).getByLabelText('Current password'));
  await user.type(within(dialog).getByLabelText('Current password'), 'right');
  const made = { token: { ...token, id: 't9', name: 'CI' }, secret: 'ocim_CI' };
  api.answers({ [confirm]: api.andThen(null, { [create]: made }) });
  await user.click(within(dialog).getByRole('button', { name: 'Confirm' }));
  expect(await screen.findByText('ocim_CI')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(api.bodies(confirm)).toEqual([{ password: 'wrong' }, { password: 'right' }]);
  expect(api.bodies(create)).toMatchObject([{ name: 'CI' }, { name: 'CI' }]);
});

test('who cancels keeps what was typed, and sees why nothing happened', async () => {
  const { user, dialog } = await createToken();
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect((await screen.findAllByText(/Confirm your password to continue\./)).length).toBeGreaterThan(0);
  expect(screen.getByLabelText('Name')).toHaveValue('CI');
});

test('who has no password signs in again', async () => {
  signIn('administrator', { hasPassword: false });
  const { dialog } = await createToken();
  expect(within(dialog).getByRole('link', { name: 'Sign in again' })).toHaveAttribute(
    'href',
    expect.stringContaining('/function/auth/v1/google/start?fresh=true&return='),
  );
});

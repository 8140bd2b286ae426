import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();
const at = (path: string) => `${window.location.origin}/function/auth/v1${path}`;

/** An API that makes tokens only after a confirmation, and the passwords it received. */
function demanding() {
  const passwords: string[] = [];
  let confirmed = false;
  const refused = (status: number, field: string, message: string) =>
    HttpResponse.json(
      { status, detail: message, errors: [{ field, message }] },
      { status, headers: { 'Content-Type': 'application/problem+json' } },
    );
  mock.use(
    http.post<never, { password: string }>(at('/me/confirmation'), async ({ request }) => {
      const { password } = await request.json();
      passwords.push(password);
      if (password !== 'right') return refused(422, 'password', 'The password is wrong.');
      confirmed = true;
      return new HttpResponse(null, { status: 204 });
    }),
    http.post<never, { name: string }>(at('/me/tokens'), async ({ request }) => {
      const { name } = await request.json();
      if (!confirmed) return refused(403, 'confirmation', 'Confirm your password to continue.');
      return HttpResponse.json(
        { token: { ...mock.world.tokens[0], id: 't9', name }, secret: `ocim_${name}` },
        { status: 201 },
      );
    }),
  );
  return passwords;
}

function enter(hasPassword: boolean) {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...mock.world.user, hasPassword },
  });
}

beforeEach(() => enter(true));

async function createToken() {
  const { user } = open('/account/tokens');
  await user.type(await screen.findByLabelText('Name'), 'CI');
  await user.click(screen.getByRole('button', { name: /token$/i }));
  return { user, dialog: await screen.findByRole('dialog', { name: "Confirm it's you" }) };
}

test('a call that needs a confirmation asks for the password and is repeated', async () => {
  const passwords = demanding();
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
  await user.click(within(dialog).getByRole('button', { name: 'Confirm' }));
  expect(await screen.findByText('ocim_CI')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(passwords).toEqual(['wrong', 'right']);
});

test('who cancels keeps what was typed, and sees why nothing happened', async () => {
  demanding();
  const { user, dialog } = await createToken();
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect((await screen.findAllByText(/Confirm your password to continue\./)).length).toBeGreaterThan(0);
  expect(screen.getByLabelText('Name')).toHaveValue('CI');
});

test('who has no password signs in again', async () => {
  enter(false);
  demanding();
  const { dialog } = await createToken();
  expect(within(dialog).getByRole('link', { name: 'Sign in again' })).toHaveAttribute(
    'href',
    expect.stringContaining('/function/auth/v1/google/start?fresh=true&return='),
  );
});

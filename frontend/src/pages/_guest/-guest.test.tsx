import { screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

beforeEach(async () => {
  await session.leave();
  mock.world.loggedIn = false;
});

async function fillIn(user: ReturnType<typeof open>['user'], values: Record<string, string>) {
  for (const [label, value] of Object.entries(values))
    await user.type(await screen.findByLabelText(label), value);
}

describe('log in', () => {
  test('brings one to the page that one wanted', async () => {
    const { router, user } = open('/clusters?redirect=ignored');
    await screen.findByRole('heading', { name: 'Log in' });
    expect(await faults()).toEqual([]);
    await fillIn(user, { Email: 'ada@example.org', Password: mock.world.password });
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    expect(await screen.findByRole('heading', { name: 'Clusters', level: 1 })).toBeVisible();
    expect(router.state.location.pathname).toBe('/clusters');
  });

  test('goes to no other site, whatever the address says', async () => {
    const { router, user } = open('/login?redirect=//evil.example/');
    await fillIn(user, { Email: 'ada@example.org', Password: mock.world.password });
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    await screen.findByRole('heading', { name: 'Overview', level: 1 });
    expect(router.state.location.pathname).toBe('/overview');
  });

  test('says what is missing at the fields, and what was refused above the button', async () => {
    const { user } = open('/login');
    await user.click(await screen.findByRole('button', { name: 'Log in' }));
    expect(screen.getByLabelText('Email')).toHaveAccessibleDescription('Enter an email address.');
    expect(screen.getByLabelText('Email')).toHaveFocus();
    await fillIn(user, { Email: 'ada@example.org', Password: 'wrong' });
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('E-mail or password is wrong.');
    expect(alert).toHaveTextContent('0193-mock-call');
    expect(await faults()).toEqual([]);
  });

  test.each([
    ['refused', /has no access/],
    ['canceled', /left Google/],
    ['anything', /Couldn’t log in with Google/],
  ])('says why Google did not work: %s', async (problem, text) => {
    open(`/login?problem=${problem}`);
    expect(await screen.findByText(text)).toBeVisible();
  });

  test('offers Google only where it is set up, and points to the set-up link before that', async () => {
    mock.world.google = false;
    mock.world.setUp = false;
    open('/login');
    expect(await screen.findByText('Not set up yet')).toBeVisible();
    expect(screen.queryByText('Continue with Google')).not.toBeInTheDocument();
  });
});

test('a forgotten password: without a mail server the page says so and offers no form', async () => {
  mock.world.mail = false;
  open('/forgot-password');
  expect(await screen.findByText(/passwords can’t be reset/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Send link' })).not.toBeInTheDocument();
  expect(await faults()).toEqual([]);
});

test('a forgotten password: the same answer for everybody', async () => {
  const { user } = open('/forgot-password');
  await fillIn(user, { Email: 'nobody@example.org' });
  await user.click(screen.getByRole('button', { name: 'Send link' }));
  expect(await screen.findByText(/has an account, we’ve sent/)).toBeVisible();
  expect(await faults()).toEqual([]);
});

describe('reset', () => {
  test('takes the token from the fragment, then the fragment from the address', async () => {
    window.history.replaceState(null, '', '/reset#valid');
    const { user } = open('/reset#valid');
    const field = await screen.findByLabelText('Password');
    expect(window.location.hash).toBe('');
    await user.type(field, 'short');
    await user.click(screen.getByRole('button', { name: 'Change password' }));
    expect(field).toHaveAccessibleDescription(/Use at least 15 characters; this has 5/);
    expect(await faults()).toEqual([]);
    await user.clear(field);
    await user.type(field, 'seven green herons at dawn');
    await user.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByRole('heading', { name: 'Password changed' })).toBeVisible();
  });

  test('a link that was used says so', async () => {
    window.history.replaceState(null, '', '/reset#spent');
    const { user } = open('/reset');
    await fillIn(user, { Password: 'seven green herons at dawn' });
    await user.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(/not valid any more/);
  });

  test('a link that was cut off leads to a new one', async () => {
    window.history.replaceState(null, '', '/reset');
    open('/reset');
    expect(await screen.findByRole('link', { name: 'Request a new link' })).toHaveAttribute(
      'href',
      '/forgot-password',
    );
  });
});

describe('set-up', () => {
  test('makes the first administrator and logs them in', async () => {
    mock.world.setUp = false;
    window.history.replaceState(null, '', '/setup#valid');
    const { user } = open('/setup');
    await fillIn(user, {
      'Your name': 'Ada',
      Email: 'ada@example.org',
      Password: 'seven green herons at dawn',
    });
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Create account' }));
    expect(await screen.findByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
  });

  test('is over once somebody has done it', async () => {
    window.history.replaceState(null, '', '/setup#valid');
    open('/setup');
    expect(await screen.findByRole('heading', { name: 'Already set up' })).toBeVisible();
  });
});

describe('an invitation', () => {
  test('registers, with the e-mail locked and the role shown', async () => {
    window.history.replaceState(null, '', '/register#valid');
    const { user } = open('/register');
    expect(await screen.findByLabelText('Email')).toHaveAttribute('readonly');
    expect(screen.getByText('Operator')).toBeVisible();
    expect(await faults()).toEqual([]);
    await fillIn(user, { 'Your name': 'Erin', Password: 'a kettle on the far hill' });
    await user.click(screen.getByRole('button', { name: 'Create account' }));
    expect(await screen.findByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
  });

  test.each([
    ['expired', 'This invitation has expired'],
    ['used', 'This invitation has already been used'],
    ['revoked', 'This invitation was revoked'],
    ['made-up', 'This invitation doesn’t exist'],
    ['', 'This invitation doesn’t exist'],
  ])('%j: %s', async (token, heading) => {
    window.history.replaceState(null, '', `/register#${token}`);
    open('/register');
    expect(await screen.findByRole('heading', { name: heading })).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  test('is not for who is logged in as somebody else', async () => {
    mock.world.loggedIn = true;
    session.enter({
      accessToken: 'a',
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      user: mock.world.user,
    });
    window.history.replaceState(null, '', '/register#valid');
    open('/register');
    expect(await screen.findByRole('heading', { name: 'This invitation is for someone else' })).toBeVisible();
  });

  test('shows a failure with a way to try again', async () => {
    let down = true;
    mock.use(
      http.post('*/function/auth/v1/invitations/lookup', () =>
        down ? new HttpResponse('', { status: 503 }) : undefined,
      ),
    );
    window.history.replaceState(null, '', '/register#valid');
    const { user } = open('/register');
    const again = await screen.findByRole('button', { name: 'Try again' });
    down = false;
    await user.click(again);
    await waitFor(() => expect(screen.getByLabelText('Email')).toBeVisible());
  });
});

test('logged out', async () => {
  open('/logged-out');
  expect(await screen.findByRole('heading', { name: 'Logged out' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

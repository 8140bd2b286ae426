import { screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Overview } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { invitation, signedIn, state } from '@/testing/fixtures/people';

const api = fixtureApi();
const lookup = 'POST /auth/v1/invitations/lookup';

const overview: Overview = {
  revision: 1,
  clusters: 0,
  instances: 0,
  lifecycles: {},
  healths: {},
  pipelines: {},
  attention: [],
  attentionTotal: 0,
  running: [],
  activity: [],
};

beforeEach(async () => {
  api.answers({
    'POST /auth/v1/logout': null,
    'POST /auth/v1/refresh': problem(401, 'Please log in.'),
    'POST /auth/v1/login': signedIn,
    'GET /clusters/v1/overview': overview,
  });
  await session.leave();
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
    await fillIn(user, { Email: 'ada@example.org', Password: 'correct horse battery staple' });
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    expect(await screen.findByRole('heading', { name: 'Clusters', level: 1 })).toBeVisible();
    expect(router.state.location.pathname).toBe('/clusters');
  });

  test('goes to no other site, whatever the address says', async () => {
    const { router, user } = open('/login?redirect=//evil.example/');
    await fillIn(user, { Email: 'ada@example.org', Password: 'correct horse battery staple' });
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    await screen.findByRole('heading', { name: 'Overview', level: 1 });
    expect(router.state.location.pathname).toBe('/overview');
  });

  test('says what is missing at the fields, and what was refused above the button', async () => {
    const { user } = open('/login');
    await user.click(await screen.findByRole('button', { name: 'Log in' }));
    expect(screen.getByLabelText('Email')).toHaveAccessibleDescription('Enter an email address.');
    expect(screen.getByLabelText('Email')).toHaveFocus();
    api.answers({ 'POST /auth/v1/login': problem(401, 'E-mail or password is wrong.') });
    await fillIn(user, { Email: 'ada@example.org', Password: 'wrong' });
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('E-mail or password is wrong.');
    expect(alert).toHaveTextContent('call-9');
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
    api.answers({ 'GET /auth/v1/state': { ...state, google: false, setUp: false } });
    open('/login');
    expect(await screen.findByText('Not set up yet')).toBeVisible();
    expect(screen.queryByText('Continue with Google')).not.toBeInTheDocument();
  });
});

test('a forgotten password: without a mail server the page says so and offers no form', async () => {
  api.answers({ 'GET /auth/v1/state': { ...state, mail: false } });
  open('/forgot-password');
  expect(await screen.findByText(/passwords can’t be reset/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Send link' })).not.toBeInTheDocument();
  expect(await faults()).toEqual([]);
});

test('a forgotten password: the same answer for everybody', async () => {
  api.answers({ 'POST /auth/v1/password-resets': null });
  const { user } = open('/forgot-password');
  await fillIn(user, { Email: 'nobody@example.org' });
  await user.click(screen.getByRole('button', { name: 'Send link' }));
  expect(await screen.findByText(/has an account, we’ve sent/)).toBeVisible();
  expect(api.bodies('POST /auth/v1/password-resets')).toEqual([{ email: 'nobody@example.org' }]);
  expect(await faults()).toEqual([]);
});

describe('reset', () => {
  const redeem = 'POST /auth/v1/password-resets/redeem';

  test('takes the token from the fragment, then the fragment from the address', async () => {
    api.answers({ [redeem]: null });
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
    expect(api.bodies(redeem)).toEqual([{ token: 'valid', password: 'seven green herons at dawn' }]);
  });

  test('a link that was used says so', async () => {
    api.answers({ [redeem]: problem(403, 'This link is not valid any more. Ask for a new one.') });
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
    api.answers({ 'GET /auth/v1/state': { ...state, setUp: false }, 'POST /auth/v1/setup': signedIn });
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
    expect(api.bodies('POST /auth/v1/setup')).toEqual([
      { token: 'valid', name: 'Ada', email: 'ada@example.org', password: 'seven green herons at dawn' },
    ]);
  });

  test('is over once somebody has done it', async () => {
    window.history.replaceState(null, '', '/setup#valid');
    open('/setup');
    expect(await screen.findByRole('heading', { name: 'Already set up' })).toBeVisible();
  });
});

describe('an invitation', () => {
  beforeEach(() => api.answers({ [lookup]: invitation('valid') }));

  test('registers, with the e-mail locked and the role shown', async () => {
    api.answers({ 'POST /auth/v1/invitations/redeem': signedIn });
    window.history.replaceState(null, '', '/register#valid');
    const { user } = open('/register');
    expect(await screen.findByLabelText('Email')).toHaveAttribute('readonly');
    expect(screen.getByText('Operator')).toBeVisible();
    expect(await faults()).toEqual([]);
    await fillIn(user, { 'Your name': 'Erin', Password: 'a kettle on the far hill' });
    await user.click(screen.getByRole('button', { name: 'Create account' }));
    expect(await screen.findByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
    expect(api.bodies(lookup)).toEqual([{ token: 'valid' }]);
    expect(api.bodies('POST /auth/v1/invitations/redeem')).toEqual([
      { token: 'valid', name: 'Erin', password: 'a kettle on the far hill' },
    ]);
  });

  const missing = problem(404, 'This invitation doesn’t exist.');
  test.each([
    ['expired', 'This invitation has expired', invitation('expired')],
    ['used', 'This invitation has already been used', invitation('used')],
    ['revoked', 'This invitation was revoked', invitation('revoked')],
    ['made-up', 'This invitation doesn’t exist', missing],
    ['', 'This invitation doesn’t exist', missing],
  ])('%j: %s', async (token, heading, answer) => {
    api.answers({ [lookup]: answer });
    window.history.replaceState(null, '', `/register#${token}`);
    open('/register');
    expect(await screen.findByRole('heading', { name: heading })).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  test('is not for who is logged in as somebody else', async () => {
    signIn();
    window.history.replaceState(null, '', '/register#valid');
    open('/register');
    expect(await screen.findByRole('heading', { name: 'This invitation is for someone else' })).toBeVisible();
  });

  test('shows a failure with a way to try again', async () => {
    api.answers({ [lookup]: problem(503, 'Busy.') });
    window.history.replaceState(null, '', '/register#valid');
    const { user } = open('/register');
    const again = await screen.findByRole('button', { name: 'Try again' });
    api.answers({ [lookup]: invitation('valid') });
    await user.click(again);
    await waitFor(() => expect(screen.getByLabelText('Email')).toBeVisible());
  });
});

test('logged out', async () => {
  open('/logged-out');
  expect(await screen.findByRole('heading', { name: 'Logged out' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a log-out that the server did not confirm is shown and tried again', async () => {
  session.enter(signedIn());
  api.answers({ 'POST /auth/v1/logout': problem(503, 'The store does not answer.') });
  await session.leave();
  const { user } = open('/logged-out');
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Your session may still be open');
  expect(alert).toHaveTextContent('The store does not answer.');
  expect(screen.queryByText(/signed out in every tab/)).toBeNull();
  expect(await faults()).toEqual([]);
  api.answers({ 'POST /auth/v1/logout': null });
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText(/signed out in every tab/)).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

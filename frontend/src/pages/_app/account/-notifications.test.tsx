import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Delivery, Subscription, View } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { state } from '@/testing/fixtures/people';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();
const route = '/clusters/v1/notifications';
const list = (...subscriptions: Subscription[]) =>
  ({ [`GET ${route}`]: { subscriptions, email: 'ada@example.org' } }) as const;
const deliveries = (...sent: Delivery[]) => ({ [`GET ${route}/deliveries`]: { deliveries: sent } }) as const;

const old: View = {
  id: 'v2',
  name: 'Old releases',
  query: 'release=redwood.3',
  shared: true,
  owner: 'u2',
  ownerName: 'Bruno Keller',
  updatedAt: ago(900),
};

beforeEach(() => {
  signIn();
  api.answers({ ...list(), ...deliveries(), 'GET /clusters/v1/views': { views: [old] } });
});

const night: Subscription = {
  id: 'n1',
  owner: 'u1',
  name: 'Night',
  view: 'v2',
  events: ['failed', 'recovered', 'offline'],
  channel: 'email',
  paused: false,
  createdAt: ago(0),
  updatedAt: ago(0),
};
const chat: Subscription = { ...night, name: 'Chat', channel: 'webhook', host: 'chat.example.org' };
const tested = (of: Subscription, more: Partial<Delivery>): Delivery => ({
  id: 'd1',
  subscription: of.id,
  name: of.name,
  channel: of.channel,
  state: 'sent',
  notices: [{ event: 'test', since: ago(0) }],
  attempts: 1,
  createdAt: ago(0),
  triedAt: ago(0),
  ...more,
});

const row = (name: RegExp) => screen.findByRole('row', { name });

test('a subscription to a view is made', async () => {
  api.answers({ [`POST ${route}`]: api.andThen(night, list(night)) });
  const { user } = open('/account/notifications');
  await user.click(await screen.findByRole('button', { name: 'Subscribe' }));
  expect(screen.getByLabelText('Name')).toHaveAccessibleDescription('Enter a name.');
  await user.type(screen.getByLabelText('Name'), 'Night');
  await screen.findByRole('option', { name: 'Old releases' });
  await user.selectOptions(screen.getByLabelText('Instances'), 'v2');
  await user.click(screen.getByRole('checkbox', { name: 'A cluster is offline' }));
  await user.click(screen.getByRole('button', { name: 'Subscribe' }));
  expect(await row(/Night Old releases failed, recovered, offline ada@example.org On/)).toBeVisible();
  expect(api.bodies(`POST ${route}`)).toEqual([
    { name: 'Night', view: 'v2', events: ['failed', 'recovered', 'offline'], channel: 'email' },
  ]);
});

test('a subscription is tested, paused, changed and removed', async () => {
  const paused = { ...night, paused: true };
  const renamed = { ...paused, name: 'Nights' };
  const test = tested(night, {});
  api.answers({
    ...list(night),
    'POST /sync/v1/notifications/{subscription}/test': api.andThen(test, deliveries(test)),
    [`PUT ${route}/{subscription}`]: api.andThen(paused, list(paused)),
    [`DELETE ${route}/{subscription}`]: api.andThen(null, list()),
  });
  const { user } = open('/account/notifications');
  await user.click(await screen.findByRole('button', { name: 'Send test notification for Night' }));
  expect(await row(/Night Sent a test/)).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Pause Night' }));
  expect(await row(/Night.*Paused/)).toBeVisible();

  api.answers({ [`PUT ${route}/{subscription}`]: api.andThen(renamed, list(renamed)) });
  await user.click(screen.getByRole('button', { name: 'Edit Night' }));
  await user.type(await screen.findByDisplayValue('Night'), 's');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await row(/Nights Old releases.*Paused/)).toBeVisible();
  expect(api.bodies(`PUT ${route}/{subscription}`)).toMatchObject([
    { name: 'Night', view: 'v2', paused: true },
    { name: 'Nights', view: 'v2', paused: true },
  ]);

  await user.click(screen.getByRole('button', { name: 'Remove Nights' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove' }));
  expect(await screen.findByText('No subscriptions')).toBeVisible();
  expect(api.sent(`DELETE ${route}/{subscription}`).map((one) => one.params.subscription)).toEqual(['n1']);
});

test('a subscription by email says that no mail server is configured', async () => {
  api.answers({ 'GET /auth/v1/state': { ...state, mail: false } });
  const { user } = open('/account/notifications');
  expect(await screen.findByText(/so these notifications won’t arrive/)).toBeVisible();
  await user.selectOptions(screen.getByLabelText('Send to'), 'webhook');
  expect(screen.queryByText(/so these notifications won’t arrive/)).not.toBeInTheDocument();
});

test('a webhook keeps its address secret, and a test that fails says why', async () => {
  const error = 'The webhook answers 404. Check its address.';
  api.answers({
    [`POST ${route}`]: problem(422, 'Some of the input is wrong.', [
      { field: 'url', message: 'must be an https address' },
    ]),
    'POST /sync/v1/notifications/{subscription}/test': tested(chat, { state: 'failed', error }),
  });
  const { user } = open('/account/notifications');
  await user.type(await screen.findByLabelText('Name'), 'Chat');
  await user.selectOptions(screen.getByLabelText('Send to'), 'webhook');
  await user.type(screen.getByLabelText('Webhook URL'), 'http://chat.example.org/secret');
  await user.click(screen.getByRole('button', { name: 'Subscribe' }));
  expect(await screen.findByText('Must be an https address.')).toBeVisible();
  api.answers({ [`POST ${route}`]: api.andThen(chat, list(chat)) });
  await user.clear(screen.getByLabelText('Webhook URL'));
  await user.type(screen.getByLabelText('Webhook URL'), 'https://chat.example.org/secret');
  await user.click(screen.getByRole('button', { name: 'Subscribe' }));
  expect(await row(/Chat.*Webhook at chat\.example\.org/)).not.toHaveTextContent('secret');
  expect(api.bodies(`POST ${route}`).at(-1)).toMatchObject({ url: 'https://chat.example.org/secret' });
  await user.click(screen.getByRole('button', { name: 'Send test notification for Chat' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error);
});

test('a viewer is offered no webhook and sees why', async () => {
  signIn('viewer');
  open('/account/notifications');
  expect(await screen.findByRole('option', { name: /^Webhook/ })).toBeDisabled();
  expect(screen.getByText('Webhooks require the Operator role on at least one cluster.')).toBeVisible();
  expect(screen.getByText('No subscriptions')).toBeVisible();
});

test('the log says what was sent and why it did not arrive', async () => {
  signIn('operator');
  const waiting = tested(chat, {
    state: 'waiting',
    notices: [
      {
        event: 'failed',
        cluster: 'campus-aws',
        instance: 'demo',
        reason: 'The container lms crashes.',
        since: ago(5),
      },
      { event: 'offline', cluster: 'sandbox', since: ago(5) },
    ],
    attempts: 3,
    error: 'The webhook did not answer in time.',
    triedAt: ago(1),
    nextAt: ago(-3),
  });
  api.answers(deliveries(waiting));
  open('/account/notifications');
  expect(await row(/Chat Waiting/)).toHaveTextContent(
    /demo failed: The container lms crashes\.; sandbox offline.*did not answer in time\. Retried/,
  );
});

import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Role } from '@/api/types';
import { ago } from '@/mocks/world';
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

test('a subscription to a view is made, tested, paused, changed and removed', async () => {
  const { user } = open('/account/notifications');
  await user.click(await screen.findByRole('button', { name: 'Subscribe' }));
  expect(screen.getByLabelText('Name')).toHaveAccessibleDescription('Enter a name.');
  await user.type(screen.getByLabelText('Name'), 'Night');
  await screen.findByRole('option', { name: 'Old releases' });
  await user.selectOptions(screen.getByLabelText('Instances'), 'v2');
  await user.click(screen.getByRole('checkbox', { name: 'A cluster is offline' }));
  await user.click(screen.getByRole('button', { name: 'Subscribe' }));
  expect(await row(/Night Old releases failed, recovered, offline ada@example.org On/)).toBeVisible();

  await user.click(screen.getByRole('button', { name: 'Send test notification for Night' }));
  expect(await row(/Night Sent a test/)).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Pause Night' }));
  expect(await row(/Night.*Paused/)).toBeVisible();
  expect(mock.world.subscriptions[0]).toMatchObject({ view: 'v2', paused: true });

  await user.click(screen.getByRole('button', { name: 'Edit Night' }));
  await user.type(await screen.findByDisplayValue('Night'), 's');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await row(/Nights Old releases.*Paused/)).toBeVisible();

  await user.click(screen.getByRole('button', { name: 'Remove Nights' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(mock.world.subscriptions).toEqual([]));
});

test('a subscription by email says that no mail server is configured', async () => {
  mock.world.mail = false;
  const { user } = open('/account/notifications');
  expect(await screen.findByText(/so these notifications won’t arrive/)).toBeVisible();
  await user.selectOptions(screen.getByLabelText('Send to'), 'webhook');
  expect(screen.queryByText(/so these notifications won’t arrive/)).not.toBeInTheDocument();
});

test('a webhook keeps its address secret, and a test that fails says why', async () => {
  const { user } = open('/account/notifications');
  await user.type(await screen.findByLabelText('Name'), 'Chat');
  await user.selectOptions(screen.getByLabelText('Send to'), 'webhook');
  await user.type(screen.getByLabelText('Webhook URL'), 'http://chat.example.org/secret');
  await user.click(screen.getByRole('button', { name: 'Subscribe' }));
  expect(await screen.findByText('Must be an https address.')).toBeVisible();
  await user.clear(screen.getByLabelText('Webhook URL'));
  await user.type(screen.getByLabelText('Webhook URL'), 'https://chat.example.org/secret');
  await user.click(screen.getByRole('button', { name: 'Subscribe' }));
  expect(await row(/Chat.*Webhook at chat\.example\.org/)).not.toHaveTextContent('secret');
  await user.click(screen.getByRole('button', { name: 'Send test notification for Chat' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The webhook answers 404. Check its address.');
});

test('a viewer is offered no webhook and sees why', async () => {
  enter('viewer');
  open('/account/notifications');
  expect(await screen.findByRole('option', { name: /^Webhook/ })).toBeDisabled();
  expect(screen.getByText('Webhooks require the Operator role on at least one cluster.')).toBeVisible();
  expect(screen.getByText('No subscriptions')).toBeVisible();
});

test('the log says what was sent and why it did not arrive', async () => {
  enter('operator');
  mock.world.deliveries.push({
    id: 'd1',
    subscription: 'n1',
    name: 'Chat',
    channel: 'webhook',
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
    createdAt: ago(4),
    triedAt: ago(1),
    nextAt: ago(-3),
  });
  open('/account/notifications');
  expect(await row(/Chat Waiting/)).toHaveTextContent(
    /demo failed: The container lms crashes\.; sandbox offline.*did not answer in time\. Retried/,
  );
});

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

test('the installation: what is configured, what runs, and which function is not ready', async () => {
  mock.world.unready.add('webhook');
  open('/administration/installation');
  const configuration = await screen.findByRole('list', { name: 'Configuration' });
  expect(within(configuration).getByText('Public address').closest('li')).toHaveTextContent(
    /Action needed\s*OCIM_PUBLIC_URL is/,
  );
  expect(screen.getByRole('list', { name: 'Background' })).toHaveTextContent('Schedule OK');
  expect(screen.getByText('Ocim sees this request come from 203.0.113.7.')).toBeVisible();
  const functions = await screen.findByRole('list', { name: 'Functions' });
  expect(within(functions).getByText('webhook').closest('li')).toHaveTextContent(
    'The store does not answer.',
  );
  expect(within(functions).getByText('auth').closest('li')).toHaveTextContent('Ready');
  expect(await faults()).toEqual([]);
});

test('the installation is for administrators only', async () => {
  enter('operator');
  open('/administration/installation');
  expect(await screen.findByText('You don’t have permission')).toBeVisible();
});

test('set-aside events: their reason, a retry and a removal', async () => {
  mock.world.setAside = [
    {
      key: 'a',
      kind: 'pipeline',
      pipeline: 7,
      receivedAt: ago(9),
      attempts: 1,
      error: 'The pipeline has no status.',
    },
    {
      key: 'b',
      kind: 'push',
      branch: 'main',
      receivedAt: ago(8),
      attempts: 288,
      error: 'GitLab does not answer.',
    },
  ];
  const { user } = open('/administration/projects/learn-do');
  expect(await screen.findByRole('row', { name: /Pipeline 7.*has no status/ })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Retry Pipeline 7' }));
  expect(await screen.findByRole('row', { name: /Push to main/ })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Discard Push to main' }));
  const dialog = await screen.findByRole('dialog', { name: 'Discard Push to main?' });
  await user.click(within(dialog).getByRole('button', { name: 'Discard' }));
  await expect.poll(() => mock.world.setAside).toEqual([]);
  await waitFor(() => expect(screen.queryByText('Webhook events set aside')).not.toBeInTheDocument());
});

test('stored items that can’t be decoded: what is stored, a retry and a removal', async () => {
  const item = {
    kind: 'operation',
    error: 'unexpected end of JSON input',
    foundAt: ago(9),
    discardable: true,
  };
  mock.world.damaged = {
    'learn-do': [{ ...item, id: 'a', key: 'operation#learn-do/op1' }],
    '': [{ ...item, id: 'b', key: 'identity/user/u1', discardable: false }],
  };
  const { user } = open('/administration/projects/learn-do');
  expect(await screen.findByRole('row', { name: /operation#learn-do\/op1.*unexpected end/ })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'View operation#learn-do/op1' }));
  const stored = await screen.findByRole('dialog', { name: 'operation#learn-do/op1' });
  expect(await within(stored).findByLabelText('Stored text, secrets masked')).toHaveTextContent(
    '"password":"••',
  );
  expect(stored).toHaveTextContent('This is only the beginning.');
  await user.click(within(stored).getByRole('button', { name: 'Close' }));
  await user.click(screen.getByRole('button', { name: 'Retry operation#learn-do/op1' }));
  expect(await screen.findByText(/It still can’t be decoded/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Discard operation#learn-do/op1' }));
  const dialog = await screen.findByRole('dialog', { name: 'Discard operation#learn-do/op1?' });
  await user.click(within(dialog).getByRole('button', { name: 'Discard' }));
  await waitFor(() => expect(screen.queryByText('Unreadable stored items')).not.toBeInTheDocument());
  expect(mock.world.damaged['learn-do']).toEqual([]);
});

test('items of no project are on the installation’s page; what others depend on can’t be discarded', async () => {
  mock.world.damaged = {
    '': [
      {
        id: 'b',
        kind: 'identity/user',
        key: 'identity/user/u1',
        error: 'x',
        foundAt: ago(9),
        discardable: false,
      },
    ],
  };
  open('/administration/installation');
  expect(await screen.findByRole('button', { name: 'Retry identity/user/u1' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Discard identity/user/u1' })).not.toBeInTheDocument();
});

test('an operator does not see items that can’t be decoded', async () => {
  enter('operator');
  mock.world.damaged = {
    'learn-do': [
      {
        id: 'a',
        kind: 'operation',
        key: 'operation#learn-do/op1',
        error: 'x',
        foundAt: ago(9),
        discardable: true,
      },
    ],
  };
  open('/administration/projects/learn-do');
  expect(await screen.findByRole('button', { name: 'Sync now' })).toBeVisible();
  expect(screen.queryByText('Unreadable stored items')).not.toBeInTheDocument();
});

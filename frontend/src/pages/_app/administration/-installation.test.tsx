import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { DamagedItem, SetAsideEvent } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { learn } from '@/testing/fixtures/fleet';
import { projectPage } from '@/testing/fixtures/projects';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();
const ready = (status: number, message: string, name = '*') =>
  api.use(http.get(`*/function/${name}/readyz`, () => HttpResponse.json({ message }, { status })));

beforeEach(() => {
  signIn();
  ready(200, '');
  api.answers({
    'GET /sync/v1/installation': {
      checkedAt: ago(0),
      address: '203.0.113.7',
      configuration: [
        { name: 'address', state: 'missing', text: 'OCIM_PUBLIC_URL is http://127.0.0.1:8080.' },
        { name: 'mail', state: 'note', text: 'No mail server.' },
      ],
      health: [{ name: 'schedule', state: 'ok', text: 'The last run of sync ended 12 s ago.' }],
    },
    'GET /clusters/v1/projects/{cluster}': projectPage(learn),
    'GET /sync/v1/damaged': { items: [] },
    'GET /sync/v1/clusters/{cluster}/damaged': { items: [] },
    'GET /sync/v1/clusters/{cluster}/set-aside': { events: [] },
  });
});

test('the installation: what is configured, what runs, and which function is not ready', async () => {
  ready(503, 'The store does not answer.', 'webhook');
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
  signIn('operator');
  open('/administration/installation');
  expect(await screen.findByText('You don’t have permission')).toBeVisible();
});

test('set-aside events: their reason, a retry and a removal', async () => {
  const pipeline: SetAsideEvent = {
    key: 'a',
    kind: 'pipeline',
    pipeline: 7,
    receivedAt: ago(9),
    attempts: 1,
    error: 'The pipeline has no status.',
  };
  const push: SetAsideEvent = {
    key: 'b',
    kind: 'push',
    branch: 'main',
    receivedAt: ago(8),
    attempts: 288,
    error: 'GitLab does not answer.',
  };
  const route = '/sync/v1/clusters/{cluster}/set-aside';
  const left = (...events: SetAsideEvent[]) => ({ [`GET ${route}`]: { events } }) as const;
  api.answers({ ...left(pipeline, push), [`POST ${route}`]: api.andThen(null, left(push)) });
  const { user } = open('/administration/projects/learn-do');
  expect(await screen.findByRole('row', { name: /Pipeline 7.*has no status/ })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Retry Pipeline 7' }));
  await waitFor(() => expect(screen.queryByRole('row', { name: /Pipeline 7/ })).not.toBeInTheDocument());
  expect(await screen.findByRole('row', { name: /Push to main/ })).toBeVisible();
  api.answers({ [`POST ${route}`]: api.andThen(null, left()) });
  await user.click(screen.getByRole('button', { name: 'Discard Push to main' }));
  const dialog = await screen.findByRole('dialog', { name: 'Discard Push to main?' });
  await user.click(within(dialog).getByRole('button', { name: 'Discard' }));
  await waitFor(() => expect(screen.queryByText('Webhook events set aside')).not.toBeInTheDocument());
  expect(api.bodies(`POST ${route}`)).toEqual([
    { key: 'a', action: 'retry' },
    { key: 'b', action: 'discard' },
  ]);
});

const operation: DamagedItem = {
  id: 'a',
  kind: 'operation',
  key: 'operation#learn-do/op1',
  error: 'unexpected end of JSON input',
  foundAt: ago(9),
  discardable: true,
};

test('stored items that can’t be decoded: what is stored, a retry and a removal', async () => {
  const route = '/sync/v1/clusters/{cluster}/damaged';
  api.answers({
    [`GET ${route}`]: { items: [operation] },
    [`GET ${route}/{item}`]: { item: operation, text: '{"id":"op1","password":"••••••••"', complete: false },
    [`POST ${route}/{item}`]: problem(409, 'It still can’t be decoded.'),
  });
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
  api.answers({ [`POST ${route}/{item}`]: api.andThen(null, { [`GET ${route}`]: { items: [] } }) });
  await user.click(screen.getByRole('button', { name: 'Discard operation#learn-do/op1' }));
  const dialog = await screen.findByRole('dialog', { name: 'Discard operation#learn-do/op1?' });
  await user.click(within(dialog).getByRole('button', { name: 'Discard' }));
  await waitFor(() => expect(screen.queryByText('Unreadable stored items')).not.toBeInTheDocument());
  expect(api.sent(`POST ${route}/{item}`).map(({ params, body }) => ({ ...params, body }))).toEqual([
    { cluster: 'learn-do', item: 'a', body: { action: 'retry' } },
    { cluster: 'learn-do', item: 'a', body: { action: 'discard' } },
  ]);
});

test('items of no project are on the installation’s page; what others depend on can’t be discarded', async () => {
  const user = { ...operation, kind: 'identity/user', key: 'identity/user/u1', discardable: false };
  api.answers({ 'GET /sync/v1/damaged': { items: [user] } });
  open('/administration/installation');
  expect(await screen.findByRole('button', { name: 'Retry identity/user/u1' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Discard identity/user/u1' })).not.toBeInTheDocument();
});

test('an operator does not see items that can’t be decoded', async () => {
  signIn('operator');
  api.answers({ 'GET /sync/v1/clusters/{cluster}/damaged': { items: [operation] } });
  open('/administration/projects/learn-do');
  expect(await screen.findByRole('button', { name: 'Sync now' })).toBeVisible();
  expect(screen.queryByText('Unreadable stored items')).not.toBeInTheDocument();
});

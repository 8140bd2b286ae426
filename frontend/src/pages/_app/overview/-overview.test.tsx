import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

beforeEach(() => {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: mock.world.user,
  });
});

const panel = (name: string) => screen.findByRole('region', { name });

test('counts by status, and each count leads to exactly those instances', async () => {
  const { router, user } = open('/overview');
  const failed = mock.world.instances.filter((i) => i.lifecycle === 'active' && i.health.state === 'failed');
  const health = await screen.findByRole('list', { name: 'Health' });
  await user.click(within(health).getByRole('link', { name: `${failed.length} Failed` }));
  await waitFor(() =>
    expect(router.state.location.href).toBe('/instances?health=failed&lifecycle=pending&lifecycle=active'),
  );
  expect(await screen.findByText(`All ${failed.length} shown`)).toBeVisible();
});

test('says what needs attention, why, and what to do next', async () => {
  open('/overview');
  const attention = await panel('Needs attention');
  const broken = mock.world.instances.find(
    (i) => i.health.state === 'failed' && i.pipeline?.status === 'failed',
  );
  if (!broken) throw new Error('the world has nothing that failed twice');
  const item = within(attention).getByRole('link', { name: broken.name }).closest('li') as HTMLElement;
  expect(item).toHaveTextContent(
    'lms: CrashLoopBackOff, 14 restarts in 20 minutes. Read the previous container’s log. View instance',
  );
  expect(within(item).getByRole('link', { name: 'View instance' })).toHaveAttribute(
    'href',
    `/clusters/${broken.cluster}/instances/${broken.name}`,
  );
  expect(within(item).getByRole('link', { name: 'View error' })).toHaveAttribute(
    'href',
    `/clusters/${broken.cluster}/pipelines/${broken.pipeline?.id ?? 0}`,
  );
  const offline = within(attention)
    .getByText(/The gateway refused the connection/)
    .closest('li');
  expect(within(offline as HTMLElement).getByRole('link', { name: 'View cluster' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('says what is wrong with a project, and leads to it', async () => {
  const [cluster] = mock.world.clusters;
  if (!cluster) throw new Error('the world has no cluster');
  cluster.troubles = [
    { check: 'webhook', severity: 'degraded', detail: 'GitLab disabled the webhook.', cure: 'Send test.' },
    { check: 'token', severity: 'degraded', detail: 'The API token expires on 2026-12-05.' },
  ];
  open('/overview');
  const item = (await screen.findByText(/GitLab disabled the webhook/)).closest('li') as HTMLElement;
  expect(item).toHaveTextContent('GitLab disabled the webhook. Send test. View project');
  expect(item).toHaveTextContent('The API token expires on 2026-12-05.');
  expect(within(item).getAllByRole('link', { name: 'View project' })[0]).toHaveAttribute(
    'href',
    `/administration/projects/${cluster.id}`,
  );
});

test('files are corrected by operators, and only looked at by viewers', async () => {
  const [wrong] = mock.world.instances.filter((i) => i.problems && i.lifecycle === 'active');
  if (!wrong) throw new Error('the world has no file with a problem');
  const { unmount } = open('/overview');
  expect((await screen.findAllByRole('link', { name: 'Correct the files' })).length).toBeGreaterThan(0);
  unmount();
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...mock.world.user, role: 'viewer' },
  });
  open('/overview');
  expect((await screen.findAllByRole('link', { name: 'View problems' })).length).toBeGreaterThan(0);
  expect(screen.queryByRole('link', { name: 'Correct the files' })).not.toBeInTheDocument();
});

test('shows the running pipelines and what happened last', async () => {
  open('/overview');
  const running = mock.world.instances.filter((i) => i.pipeline?.status === 'running');
  const table = await screen.findByRole('table', { name: 'Running pipelines' });
  for (const { name } of running) expect(within(table).getByRole('link', { name })).toBeVisible();
  const events = await panel('Latest events');
  expect(within(events).getAllByRole('listitem')).toHaveLength(10);
});

test('all well says so', async () => {
  for (const i of mock.world.instances) {
    i.health = { state: 'healthy' };
    delete i.problems;
    delete i.drift;
    if (i.pipeline) i.pipeline.status = 'success';
  }
  for (const c of mock.world.clusters) c.online = { state: 'online' };
  mock.world.activity = [];
  open('/overview');
  expect(await screen.findByText('All clear')).toBeVisible();
  expect(screen.getByText('No pipelines running.', { selector: 'section *' })).toBeVisible();
  expect(screen.getByText('No activity yet.')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('an empty system leads to the first project', async () => {
  mock.world.instances = [];
  mock.world.clusters = [];
  open('/overview');
  const empty = (await screen.findByText('No clusters yet', { selector: 'main *' })).parentElement;
  expect(within(empty as HTMLElement).getByRole('link', { name: 'Add GitLab project' })).toBeVisible();
});

test('a failure says its cause and can be tried again', async () => {
  let broken = true;
  mock.use(
    http.get('*/function/clusters/v1/overview', () =>
      broken ? HttpResponse.json({ detail: 'The store is broken.' }, { status: 400 }) : undefined,
    ),
  );
  const { user } = open('/overview');
  expect(await screen.findByRole('alert')).toHaveTextContent('The store is broken.');
  broken = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await panel('Needs attention')).toBeVisible();
});

import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Overview } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { meridian, page, tree } from '@/testing/fixtures/fleet';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();

const nothing: Overview = {
  revision: 1,
  clusters: 3,
  instances: 9,
  lifecycles: { active: 9, archived: 1 },
  healths: { healthy: 9 },
  pipelines: { success: 9 },
  attention: [],
  attentionTotal: 0,
  running: [],
  activity: [],
};
const about = { cluster: 'campus-aws', instance: 'meridian' };
const usual: Overview = {
  ...nothing,
  healths: { healthy: 8, failed: 1 },
  pipelines: { success: 7, failed: 1, running: 1 },
  attention: [
    {
      ...about,
      reason: 'health',
      severity: 'failed',
      detail: 'lms: CrashLoopBackOff, 14 restarts in 20 minutes.',
      nextStep: 'Read the previous container’s log.',
      since: ago(30),
    },
    { ...about, reason: 'pipeline', severity: 'failed', detail: 'Pipeline 7016 failed.', pipeline: 7016 },
    {
      cluster: 'sandbox',
      reason: 'offline',
      severity: 'failed',
      detail: 'The gateway refused the connection.',
      since: ago(41),
    },
    {
      cluster: 'campus-aws',
      instance: 'harbor',
      reason: 'files',
      severity: 'degraded',
      detail: 'instances/harbor/config.yml:12:3: A tab cannot indent YAML.',
    },
  ],
  attentionTotal: 4,
  running: [
    {
      cluster: 'campus-aws',
      instance: 'coastal',
      pipeline: { id: 7005, status: 'running', operation: 'update', updatedAt: ago(4) },
    },
  ],
  activity: Array.from({ length: 12 }, (_, i) => ({
    ...about,
    at: ago(30 + i),
    kind: 'pipeline',
    from: 'running',
    to: 'success',
    pipeline: 100 + i,
  })),
};

const show = (overview: Overview) => api.answers({ 'GET /clusters/v1/overview': overview });

beforeEach(() => {
  signIn();
  show(usual);
});

const panel = (name: string) => screen.findByRole('region', { name });

test('counts by status, and each count leads to exactly those instances', async () => {
  const { router, user } = open('/overview');
  const health = await screen.findByRole('list', { name: 'Health' });
  api.answers({ 'GET /clusters/v1/instances': page([meridian]) });
  await user.click(within(health).getByRole('link', { name: '1 Failed' }));
  await waitFor(() =>
    expect(router.state.location.href).toBe('/instances?health=failed&lifecycle=pending&lifecycle=active'),
  );
  expect(await screen.findByText('All 1 shown')).toBeVisible();
  expect(api.sent('GET /clusters/v1/instances').at(-1)?.query).toMatchObject({
    health: ['failed'],
    lifecycle: ['pending', 'active'],
  });
});

test('says what needs attention, why, and what to do next', async () => {
  open('/overview');
  const attention = await panel('Needs attention');
  const item = within(attention).getByRole('link', { name: 'meridian' }).closest('li') as HTMLElement;
  expect(item).toHaveTextContent(
    'lms: CrashLoopBackOff, 14 restarts in 20 minutes. Read the previous container’s log. View instance',
  );
  expect(within(item).getByRole('link', { name: 'View instance' })).toHaveAttribute(
    'href',
    '/clusters/campus-aws/instances/meridian',
  );
  expect(within(item).getByRole('link', { name: 'View error' })).toHaveAttribute(
    'href',
    '/clusters/campus-aws/pipelines/7016',
  );
  const offline = within(attention)
    .getByText(/The gateway refused the connection/)
    .closest('li');
  expect(within(offline as HTMLElement).getByRole('link', { name: 'View cluster' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('says what is wrong with a project, and leads to it', async () => {
  const trouble = { cluster: 'campus-aws', reason: 'project', severity: 'degraded' } as const;
  show({
    ...nothing,
    attention: [
      { ...trouble, detail: 'GitLab disabled the webhook.', nextStep: 'Send test.' },
      { ...trouble, detail: 'The API token expires on 2026-12-05.' },
    ],
    attentionTotal: 2,
  });
  open('/overview');
  const item = (await screen.findByText(/GitLab disabled the webhook/)).closest('li') as HTMLElement;
  expect(item).toHaveTextContent('GitLab disabled the webhook. Send test. View project');
  expect(item).toHaveTextContent('The API token expires on 2026-12-05.');
  expect(within(item).getAllByRole('link', { name: 'View project' })[0]).toHaveAttribute(
    'href',
    '/administration/projects/campus-aws',
  );
});

test('files are corrected by operators, and only looked at by viewers', async () => {
  const { unmount } = open('/overview');
  expect(await screen.findByRole('link', { name: 'Correct the files' })).toBeVisible();
  unmount();
  signIn('viewer');
  open('/overview');
  expect(await screen.findByRole('link', { name: 'View problems' })).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Correct the files' })).not.toBeInTheDocument();
});

test('shows the running pipelines and what happened last', async () => {
  open('/overview');
  const table = await screen.findByRole('table', { name: 'Running pipelines' });
  expect(within(table).getByRole('link', { name: 'coastal' })).toBeVisible();
  const events = await panel('Latest events');
  expect(within(events).getAllByRole('listitem')).toHaveLength(10);
});

test('all well says so', async () => {
  show(nothing);
  open('/overview');
  expect(await screen.findByText('All clear')).toBeVisible();
  expect(screen.getByText('No pipelines running.', { selector: 'section *' })).toBeVisible();
  expect(screen.getByText('No activity yet.')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('an empty system leads to the first project', async () => {
  show({ ...nothing, clusters: 0, instances: 0, lifecycles: {}, healths: {}, pipelines: {} });
  api.answers({ 'GET /clusters/v1/clusters': { ...tree, clusters: [] } });
  open('/overview');
  const empty = (await screen.findByText('No clusters yet', { selector: 'main *' })).parentElement;
  expect(within(empty as HTMLElement).getByRole('link', { name: 'Add GitLab project' })).toBeVisible();
});

test('a failure says its cause and can be tried again', async () => {
  api.answers({ 'GET /clusters/v1/overview': problem(400, 'The store is broken.') });
  const { user } = open('/overview');
  expect(await screen.findByRole('alert')).toHaveTextContent('The store is broken.');
  show(usual);
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await panel('Needs attention')).toBeVisible();
});

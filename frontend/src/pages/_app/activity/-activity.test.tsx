import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import { ago } from '@/mocks/world';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

beforeEach(() => {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: mock.world.user,
  });
});

const entries = () => screen.queryAllByRole('listitem').filter((item) => item.querySelector('time'));

test('stands by day, each entry with its links', async () => {
  mock.world.activity = [
    {
      at: ago(0),
      cluster: 'campus-aws',
      instance: 'academy',
      kind: 'pipeline',
      from: 'running',
      to: 'failed',
      pipeline: 7001,
      detail: 'update',
    },
    { at: ago(0), cluster: 'campus-aws', kind: 'pipeline', to: 'failed', pipeline: 7001, detail: 'update' },
    { at: ago(2 * 24 * 60), cluster: 'sandbox', kind: 'online', from: 'online', to: 'offline' },
    { at: ago(2 * 24 * 60), cluster: 'sandbox', kind: 'sync', to: 'failed', detail: 'GitLab answers 401.' },
  ];
  open('/activity');
  const today = await screen.findByRole('region', { name: 'Today' });
  expect(within(today).getByRole('link', { name: 'academy' })).toHaveAttribute(
    'href',
    '/clusters/campus-aws/instances/academy',
  );
  expect(within(today).getByRole('link', { name: 'Pipeline #7001' })).toHaveAttribute(
    'href',
    '/clusters/campus-aws/pipelines/7001',
  );
  expect(today).toHaveTextContent('Failed');
  expect(within(today).getAllByRole('listitem'), 'the pipeline is listed once').toHaveLength(1);
  expect(screen.getByText('Was online.')).toBeVisible();
  expect(today).toHaveTextContent('Update');
  expect(screen.getByText('GitLab answers 401.')).toBeVisible();
  expect(screen.getAllByRole('heading', { level: 2 })).toHaveLength(2);
  expect(await faults()).toEqual([]);
});

test('pages by cursor', async () => {
  const { user } = open('/activity');
  await screen.findAllByRole('heading', { level: 2 });
  expect(entries()).toHaveLength(20);
  await user.click(screen.getByRole('button', { name: 'Show earlier' }));
  await waitFor(() => expect(entries()).toHaveLength(40));
});

test('filters live in the address', async () => {
  const { router, user } = open('/activity?kind=health');
  const cluster = mock.world.clusters[0];
  if (!cluster) throw new Error('an empty world');
  await screen.findByRole('option', { name: cluster.name });
  await user.selectOptions(screen.getByLabelText('Cluster'), cluster.id);
  await waitFor(() => expect(router.state.location.searchStr).toBe('?kind=health&cluster=campus-aws'));
  const wanted = mock.world.activity.filter((a) => a.kind === 'health' && a.cluster === cluster.id);
  await waitFor(() => expect(entries()).toHaveLength(Math.min(wanted.length, 20)));
  const instance = wanted[0]?.instance ?? '';
  await user.selectOptions(screen.getByLabelText('Instance'), instance);
  await waitFor(() => expect(entries()).toHaveLength(1));
  expect(router.state.location.search).toMatchObject({ instance });
  await user.click(screen.getByRole('button', { name: 'Clear all' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe(''));
});

test('shows only what went wrong', async () => {
  const { user } = open('/activity');
  await user.click(await screen.findByRole('checkbox', { name: 'Failures only' }));
  const wrong = mock.world.activity.filter((a) => a.to === 'failed' || a.to === 'degraded');
  await waitFor(() => expect(entries()).toHaveLength(Math.min(wrong.length, 20)));
});

test('no match offers to clear the filters', async () => {
  const { user } = open('/activity?kind=online&cluster=learn-do');
  await user.click(await screen.findByRole('button', { name: 'Clear filters' }));
  expect(await screen.findAllByRole('heading', { level: 2 })).not.toHaveLength(0);
});

import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Activity } from '@/api/types';
import { faults, fixtureApi, open, signIn } from '@/testing/app';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();

const route = 'GET /clusters/v1/activity';
const show = (activity: Activity[], next?: string) =>
  api.answers({ [route]: { activity, ...(next === undefined ? {} : { next }) } });
const lastQuery = () => api.sent(route).at(-1)?.query;

const some = (count: number, at = 0): Activity[] =>
  Array.from({ length: count }, (_, i) => ({
    at: ago(at + i),
    cluster: 'campus-aws',
    instance: 'biology',
    kind: 'health',
    from: 'healthy',
    to: 'degraded',
  }));

beforeEach(() => {
  signIn();
  show(some(4));
});

const entries = () => screen.queryAllByRole('listitem').filter((item) => item.querySelector('time'));

test('stands by day, each entry with its links', async () => {
  show([
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
  ]);
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
  show(some(3), 'c2');
  const { user } = open('/activity');
  await waitFor(() => expect(entries()).toHaveLength(3));
  show(some(2, 60 * 24 * 3));
  await user.click(screen.getByRole('button', { name: 'Show earlier' }));
  await waitFor(() => expect(entries()).toHaveLength(5));
  expect(lastQuery()).toMatchObject({ after: ['c2'] });
});

test('filters live in the address, and are what the API is sent', async () => {
  const { router, user } = open('/activity?kind=health');
  await screen.findByRole('option', { name: 'campus-aws' });
  show(some(2));
  await user.selectOptions(screen.getByLabelText('Cluster'), 'campus-aws');
  await waitFor(() => expect(router.state.location.searchStr).toBe('?kind=health&cluster=campus-aws'));
  await waitFor(() => expect(entries()).toHaveLength(2));
  expect(lastQuery()).toMatchObject({ kind: ['health'], cluster: ['campus-aws'] });
  show(some(1));
  await user.selectOptions(screen.getByLabelText('Instance'), 'biology');
  await waitFor(() => expect(entries()).toHaveLength(1));
  expect(router.state.location.search).toMatchObject({ instance: 'biology' });
  expect(lastQuery()).toMatchObject({ kind: ['health'], cluster: ['campus-aws'], instance: ['biology'] });
  await user.click(screen.getByRole('button', { name: 'Clear all' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe(''));
});

test('shows only what went wrong', async () => {
  const { user } = open('/activity');
  const box = await screen.findByRole('checkbox', { name: 'Failures only' });
  show(some(1));
  await user.click(box);
  await waitFor(() => expect(entries()).toHaveLength(1));
  expect(lastQuery()?.to?.sort()).toEqual(['degraded', 'drifted', 'failed', 'offline']);
});

test('no match offers to clear the filters', async () => {
  show([]);
  const { user } = open('/activity?kind=online&cluster=learn-do');
  const clear = await screen.findByRole('button', { name: 'Clear filters' });
  show(some(4));
  await user.click(clear);
  await waitFor(() => expect(entries()).toHaveLength(4));
});

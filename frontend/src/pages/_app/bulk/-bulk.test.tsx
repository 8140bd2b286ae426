import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Bulk, BulkGroup, BulkPreview } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import {
  academy,
  biology,
  bridgewater,
  coastal,
  geodesy,
  instancePage,
  meridian,
  noFacets,
  page,
} from '@/testing/fixtures/fleet';

const api = fixtureApi();
const route = '/pipelines/v1/bulk-changes';
const previewed = `POST ${route}/preview` as const;
const start = `POST ${route}` as const;
const list = 'GET /clusters/v1/instances';

beforeEach(() => {
  sessionStorage.clear();
  signIn('operator');
});

const table = () => screen.findByRole('table', { name: 'Instances' });
const bar = () => screen.findByRole('region', { name: 'Selected instances' });

const target = (instance: string) => ({ cluster: 'campus-aws', instance });
const group = (names: string[], more: Partial<BulkGroup> = {}): BulkGroup => ({
  targets: names.map(target),
  files: [],
  effects: [{ effect: 'restart', text: 'Services restart one after another' }],
  warnings: [],
  skipped: false,
  ...more,
});
const chosen = ['academy', 'biology', 'coastal', 'meridian'];
const preview = (more: Partial<BulkPreview> = {}): BulkPreview => ({
  hash: 'b1',
  warnings: [],
  estimate: { seconds: 600, runs: 3 },
  groups: [group(chosen)],
  waves: [[target('academy')], chosen.slice(1).map(target)],
  ...more,
});
const read = (of: Bulk) => ({ [`GET ${route}/{bulk}`]: of }) as const;

const address = `/bulk/new?on=campus-aws:${chosen.join(',')}`;

test('instances are chosen by keyboard, and go to the change', async () => {
  api.answers({ [list]: page([academy, biology, coastal]) });
  const { user, router } = open('/instances?cluster=campus-aws');
  await within(await table()).findAllByRole('row');
  await user.keyboard('jx');
  expect(await bar()).toHaveTextContent('1 instance on 1 cluster selected');
  await user.keyboard('jx');
  expect(await bar()).toHaveTextContent('2 instances');
  await user.keyboard('x');
  expect(await bar()).toHaveTextContent('1 instance on');
  expect(screen.getByRole('checkbox', { name: 'Select all rows' })).toHaveProperty('indeterminate', true);
  expect(await faults()).toEqual([]);
  // All matches are read before they are selected, also those that the page does not show yet.
  api.answers({ [list]: page([academy, biology, coastal, meridian]) });
  await user.click(within(await bar()).getByRole('button', { name: 'Select all 3 matches' }));
  await waitFor(async () => expect(await bar()).toHaveTextContent('4 instances on 1 cluster'));
  await user.click(within(await bar()).getByRole('link', { name: 'Edit selected…' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Bulk change' })).toBeVisible();
  expect(router.state.location.searchStr).toMatch(/^\?on=campus-aws:/);
});

test('the shift key chooses all from the one before', async () => {
  const { user } = open('/instances');
  const boxes = await within(await table()).findAllByRole('checkbox', { name: /^Select (?!all)/ });
  await user.click(boxes[1] as HTMLElement);
  await user.keyboard('{Shift>}');
  await user.click(boxes[4] as HTMLElement);
  await user.keyboard('{/Shift}');
  expect(await bar()).toHaveTextContent('4 instances');
  await user.click(screen.getByRole('button', { name: 'Clear selection' }));
  expect(screen.queryByRole('region', { name: 'Selected instances' })).toBeNull();
});

test('viewers choose nothing', async () => {
  signIn('viewer');
  open('/instances');
  await table();
  expect(screen.queryByRole('checkbox', { name: /^Select/ })).toBeNull();
});

test('an operator of one cluster chooses only there', async () => {
  signIn('viewer', { clusters: { 'learn-do': 'operator' } });
  api.answers({ [list]: page([academy, biology, bridgewater]) });
  open('/instances');
  const boxes = await within(await table()).findAllByRole('checkbox', { name: /^Select (?!all)/ });
  expect(boxes).toHaveLength(1);
  expect(boxes[0]).toHaveAccessibleName(/bridgewater/);
});

test('instances are added by their tag, also to those that are chosen', async () => {
  const counted = { ...instancePage, facets: { ...noFacets, tags: { vip: 2 } } };
  api.answers({ [list]: ({ query }) => (query.tag ? page([biology, coastal]) : counted) });
  const { user, router } = open('/bulk/new');
  await user.selectOptions(await screen.findByLabelText('Add instances by tag'), 'vip (2 instances)');
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Add instances' }));
  expect(await screen.findByRole('region', { name: 'Instances' })).toHaveTextContent(
    '2 instances on 1 cluster',
  );
  for (const { name } of [biology, coastal]) expect(screen.getByRole('link', { name })).toBeVisible();

  await router.navigate({ to: '/bulk/new', search: { on: ['campus-aws:academy,coastal'] } });
  await user.selectOptions(await screen.findByLabelText('Add instances by tag'), 'vip (2 instances)');
  await user.click(screen.getByRole('button', { name: 'Add instances' }));
  await waitFor(() =>
    expect(decodeURIComponent(router.state.location.searchStr)).toBe(
      '?on=campus-aws:academy,coastal,biology',
    ),
  );
  expect(api.sent(list).at(-1)?.query).toMatchObject({ tag: ['vip'] });
  expect(await faults()).toEqual([]);
});

test('a change is previewed in groups, then started once', async () => {
  const started = bulk({ id: 'b1', state: 'running' });
  const file: BulkGroup['files'][number] = {
    path: 'instances/academy/config.yml',
    action: 'update',
    instance: 'academy',
    keys: ['SESSION_COOKIE_AGE'],
    diff: '@@ -1,1 +1,2 @@\n A: 1\n+SESSION_COOKIE_AGE: 7200\n',
  };
  const archived: BulkGroup['warnings'][number] = {
    code: 'archived',
    blocking: true,
    message: 'geodesy is archived; unarchive it first',
  };
  api.answers({
    [previewed]: preview({
      groups: [group(chosen, { files: [file] }), group(['geodesy'], { skipped: true, warnings: [archived] })],
    }),
    [start]: started,
    ...read(started),
  });
  const { user, router } = open(`${address},${geodesy.name}`);
  await user.type(await screen.findByLabelText('Key'), 'SESSION_COOKIE_AGE');
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  expect(await screen.findByText('Enter a value. Use "" for an empty string.')).toBeVisible();
  await user.type(screen.getByLabelText('Value'), '7200');
  await user.type(screen.getByRole('textbox', { name: 'Reason (optional)' }), 'shorter sessions');
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  expect(await screen.findByRole('heading', { name: 'Same change' })).toBeVisible();
  expect(screen.getByRole('region', { name: 'Skipped, group 1' })).toHaveTextContent('geodesy');
  expect(screen.getByText('SESSION_COOKIE_AGE: 7200')).toBeVisible();
  expect(screen.getByText('Canary: academy. Reason: shorter sessions')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.dblClick(screen.getByRole('button', { name: 'Change 4 instances' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/bulk/b1'));
  expect(await screen.findByRole('heading', { level: 1, name: 'Update 3 instances' })).toBeVisible();
  expect(api.bodies(start)).toHaveLength(1);
  expect(api.bodies(start)[0]).toMatchObject({
    kind: 'update',
    targets: [...chosen, 'geodesy'].map(target),
    changes: [{ file: 'config.yml', path: ['SESSION_COOKIE_AGE'], value: 7200 }],
    reason: 'shorter sessions',
    previewHash: 'b1',
  });
});

test('the canary and whether waves wait for health are chosen, and the preview says how long all takes', async () => {
  const started = bulk({ id: 'b1', state: 'running' });
  const waves = [[target('meridian')], chosen.slice(0, 3).map(target)];
  api.answers({ [previewed]: preview({ waves }), [start]: started, ...read(started) });
  const { user } = open(address);
  await user.type(await screen.findByLabelText('Key'), 'A');
  await user.type(screen.getByLabelText('Value'), '1');
  const last = meridian.name;
  await user.selectOptions(screen.getByLabelText('Canary'), last);
  const wait = screen.getByRole('checkbox', { name: 'Wait until each wave is healthy' });
  expect(wait).toBeChecked();
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  expect(await screen.findByText(`Canary: ${last}. No reason.`)).toBeVisible();
  expect(
    screen.getByText(/^Usually takes about 10 min in all \(from 3 earlier runs\)\. Waiting for health/),
  ).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Back' }));
  await user.click(await screen.findByRole('checkbox', { name: 'Wait until each wave is healthy' }));
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  expect(
    await screen.findByText(/^Usually takes about 10 min in all \(from 3 earlier runs\)\.$/),
  ).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Change 4 instances' }));
  await waitFor(() =>
    expect(api.bodies(start)).toMatchObject([{ ignoreHealth: true, canary: target(last) }]),
  );
});

test('a record keeps the values, who continued it, and what it waits for', async () => {
  api.answers(
    read(
      bulk({
        state: 'running',
        detail: 'The next wave waits: 1 instance is not healthy yet',
        keys: ['+config.yml: A', '-config.yml: B'],
        values: [{ key: 'config.yml: A', after: '7200' }, { key: 'config.yml: B' }],
        takenOverBy: 'ben@example.org',
        seconds: 1500,
      }),
    ),
  );
  open('/bulk/b9');
  expect(await screen.findByText('The next wave waits: 1 instance is not healthy yet.')).toBeVisible();
  expect(screen.getByText('config.yml: A = 7200')).toBeVisible();
  expect(screen.getByText('config.yml: B')).toBeVisible();
  expect(screen.getByText('ben@example.org')).toBeVisible();
  expect(screen.getByText('usually about 25 min')).toBeVisible();
  expect(screen.getByText('Waits until each wave is healthy')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('what was typed is still there after a look at the preview', async () => {
  api.answers({ [previewed]: preview() });
  const { user } = open(address);
  await user.type(await screen.findByLabelText('Key'), 'A');
  await user.type(screen.getByLabelText('Value'), '1');
  await user.click(screen.getByRole('button', { name: 'Add key' }));
  await user.type(screen.getByLabelText('Key of key 2'), 'B');
  await user.selectOptions(screen.getByLabelText('Action of key 2'), 'Unset');
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  await user.click(await screen.findByRole('button', { name: 'Back' }));
  expect(await screen.findByLabelText('Key of key 2')).toHaveValue('B');
});

test('something else than what was previewed is refused, and previewed again', async () => {
  const detail = 'What would be sent is not what was previewed any more; look at the preview again';
  api.answers({ [previewed]: preview(), [start]: problem(409, detail) });
  const { user } = open(address);
  await user.click(await screen.findByRole('radio', { name: /^Archive/ }));
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  await user.click(await screen.findByRole('button', { name: 'Change 4 instances' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('not what was previewed');
  await waitFor(() => expect(api.sent(previewed)).toHaveLength(2));
});

test('without a choice there is nothing to change', async () => {
  open('/bulk/new');
  expect(await screen.findByText('No instances selected')).toBeVisible();
  expect(await faults()).toEqual([]);
});

function bulk(change: Partial<Bulk> = {}): Bulk {
  return {
    id: 'b9', state: 'paused', kind: 'update', keys: ['+config.yml: A'], requestedBy: 'ada@example.org',
    requestedAt: new Date().toISOString(), batch: 5, pauseAfter: 1, detail: '1 of the instances failed; see why',
    targets: [
      { cluster: 'campus-aws', instance: 'academy', wave: 0, attempt: 0, state: 'succeeded', operation: 'o1' },
      { cluster: 'campus-aws', instance: 'biology', wave: 1, attempt: 0, state: 'failed', operation: 'o2', detail: 'The job deploy failed' },
      { cluster: 'campus-aws', instance: 'coastal', wave: 2, attempt: 0, state: 'waiting' },
    ],
    ...change,
  }; // prettier-ignore
}

test('a paused one says why, and its failed instances are tried again', async () => {
  api.answers(read(bulk()));
  const { user } = open('/bulk/b9');
  expect(await screen.findByRole('alert')).toHaveTextContent('1 of the instances failed');
  const board = screen.getByRole('table', { name: 'Instances by wave' });
  expect(within(board).getAllByRole('rowgroup')).toHaveLength(4);
  expect(board).toHaveTextContent('The job deploy failed');
  expect(within(board).getByRole('link', { name: 'Follow the operation of academy' })).toHaveAttribute(
    'href',
    '/clusters/campus-aws/instances/academy?operation=o1',
  );
  expect(await faults()).toEqual([]);
  const act = `POST ${route}/{bulk}/{action}` as const;
  const { detail: _, ...paused } = bulk({ state: 'running' });
  const targets = paused.targets.map((t) =>
    t.state === 'failed' ? { ...t, state: 'waiting' as const, attempt: 1 } : t,
  );
  const again: Bulk = { ...paused, targets };
  api.answers({ [act]: api.andThen(again, read(again)) });
  await user.click(screen.getByRole('button', { name: 'Retry 1 failed' }));
  await waitFor(() => expect(board).toHaveTextContent('attempt 2'));
  expect(screen.getByRole('button', { name: 'Pause' })).toBeVisible();
  expect(api.sent(act)).toMatchObject([{ params: { bulk: 'b9', action: 'retry' } }]);
});

test('aborting says what it leaves, and asks', async () => {
  api.answers(read(bulk()));
  const { user } = open('/bulk/b9');
  await user.click(await screen.findByRole('button', { name: 'Abort' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog).toHaveTextContent('deployed changes stay deployed');
  const act = `POST ${route}/{bulk}/{action}` as const;
  const aborted = bulk({ state: 'aborted' });
  api.answers({ [act]: api.andThen(aborted, read(aborted)) });
  await user.click(within(dialog).getByRole('button', { name: 'Skip 1 instance' }));
  expect(await screen.findByText('Aborted')).toBeVisible();
  expect(api.sent(act)).toMatchObject([{ params: { bulk: 'b9', action: 'abort' } }]);
});

test('viewers look on', async () => {
  signIn('viewer');
  api.answers(read(bulk()));
  open('/bulk/b9');
  await screen.findByRole('table', { name: 'Instances by wave' });
  expect(screen.queryByRole('button', { name: 'Abort' })).toBeNull();
});

test('the list leads to each', async () => {
  const done = bulk({ id: 'b8', state: 'done', endedAt: new Date().toISOString() });
  api.answers({ [`GET ${route}`]: { bulkChanges: [bulk(), done] } });
  open('/bulk');
  const list = await screen.findByRole('table', { name: 'Bulk changes' });
  expect(within(list).getAllByRole('link')).toHaveLength(2);
  expect(list).toHaveTextContent('Done with failures');
  expect(await faults()).toEqual([]);
});

test('an empty list says how to begin', async () => {
  api.answers({ [`GET ${route}`]: { bulkChanges: [] } });
  open('/bulk');
  expect(await screen.findByText('No bulk changes yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Select instances' })).toHaveAttribute('href', '/instances');
  expect(await faults()).toEqual([]);
});

test('one that is not there has no page', async () => {
  api.answers({ [`GET ${route}/{bulk}`]: problem(404, 'There is no such bulk change.') });
  open('/bulk/nope');
  expect(await screen.findByRole('heading', { level: 1, name: /not/i })).toBeVisible();
});

import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Bulk, Role } from '@/api/types';
import { faults, mockWorld, open } from '@/testing/app';

const api = mockWorld();

function enter(role: Role) {
  const user = { ...api.world.user, role };
  session.enter({ accessToken: 'a', expiresAt: new Date(Date.now() + 600_000).toISOString(), user });
}

beforeEach(() => {
  sessionStorage.clear();
  enter('operator');
});

const table = () => screen.findByRole('table', { name: 'Instances' });
const bar = () => screen.findByRole('region', { name: 'Selected instances' });

/** What the list shows of a cluster unless a person chose otherwise. */
function live(cluster: string) {
  return api.world.instances.filter(
    (i) => i.cluster === cluster && (i.lifecycle === 'pending' || i.lifecycle === 'active'),
  );
}

function named(n: number) {
  return api.world.instances
    .filter((i) => i.cluster === 'campus-aws' && i.lifecycle === 'active')
    .slice(0, n);
}

const address = (n: number) =>
  `/bulk/new?on=campus-aws:${named(n)
    .map((i) => i.name)
    .join(',')}`;

test('instances are chosen by keyboard, and go to the change', async () => {
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
  const count = live('campus-aws').length;
  await user.click(within(await bar()).getByRole('button', { name: `Select all ${count} matches` }));
  await waitFor(async () => expect(await bar()).toHaveTextContent(`${count} instances on 1 cluster`));
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
  enter('viewer');
  open('/instances');
  await table();
  expect(screen.queryByRole('checkbox', { name: /^Select/ })).toBeNull();
});

test('an operator of one cluster chooses only there', async () => {
  const { role: _role, ...user } = api.world.user;
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...user, role: 'viewer', clusters: { 'learn-do': 'operator' } },
  });
  open('/instances');
  const boxes = await within(await table()).findAllByRole('checkbox', { name: /^Select (?!all)/ });
  expect(boxes).toHaveLength(live('learn-do').length);
});

test('instances are added by their tag, also to those that are chosen', async () => {
  const [first, second, third] = named(3);
  if (!first || !second || !third) throw new Error('too few instances');
  const archived = api.world.instances.find((i) => i.lifecycle === 'archived');
  for (const i of [second, third, archived]) if (i) i.annotation = { tags: ['vip'] };
  const { user, router } = open('/bulk/new');
  await user.selectOptions(await screen.findByLabelText('Add instances by tag'), 'vip (2 instances)');
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Add instances' }));
  expect(await screen.findByRole('region', { name: 'Instances' })).toHaveTextContent(
    '2 instances on 1 cluster',
  );
  for (const { name } of [second, third]) expect(screen.getByRole('link', { name })).toBeVisible();

  await router.navigate({ to: '/bulk/new', search: { on: [`campus-aws:${first.name},${third.name}`] } });
  await user.selectOptions(await screen.findByLabelText('Add instances by tag'), 'vip (2 instances)');
  await user.click(screen.getByRole('button', { name: 'Add instances' }));
  await waitFor(() =>
    expect(decodeURIComponent(router.state.location.searchStr)).toBe(
      `?on=campus-aws:${first.name},${third.name},${second.name}`,
    ),
  );
  expect(await faults()).toEqual([]);
});

test('a change is previewed in groups, then started once', async () => {
  const archived = api.world.instances.find((i) => i.lifecycle === 'archived' && i.cluster === 'campus-aws');
  const { user, router } = open(`${address(4)},${archived?.name ?? ''}`);
  await user.type(await screen.findByLabelText('Key'), 'SESSION_COOKIE_AGE');
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  expect(await screen.findByText('Enter a value. Use "" for an empty string.')).toBeVisible();
  await user.type(screen.getByLabelText('Value'), '7200');
  await user.type(screen.getByRole('textbox', { name: 'Reason (optional)' }), 'shorter sessions');
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  expect(await screen.findByRole('heading', { name: 'Same change' })).toBeVisible();
  expect(screen.getByRole('region', { name: 'Skipped, group 1' })).toHaveTextContent(archived?.name ?? '-');
  expect(screen.getByText('SESSION_COOKIE_AGE: 7200')).toBeVisible();
  expect(screen.getByText(`Canary: ${named(1)[0]?.name}. Reason: shorter sessions`)).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.dblClick(screen.getByRole('button', { name: 'Change 4 instances' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/bulk/b1'));
  expect(api.world.bulks).toHaveLength(1);
  expect(await screen.findByRole('heading', { level: 1, name: 'Update 5 instances' })).toBeVisible();
});

test('the canary and whether waves wait for health are chosen, and the preview says how long all takes', async () => {
  const { user } = open(address(4));
  await user.type(await screen.findByLabelText('Key'), 'A');
  await user.type(screen.getByLabelText('Value'), '1');
  const last = named(4)[3]?.name ?? '';
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
  await waitFor(() => expect(api.world.bulks[0]?.ignoreHealth).toBe(true));
});

test('a record keeps the values, who continued it, and what it waits for', async () => {
  api.world.bulks.push(
    bulk({
      state: 'running',
      detail: 'The next wave waits: 1 instance is not healthy yet',
      keys: ['+config.yml: A', '-config.yml: B'],
      values: [{ key: 'config.yml: A', after: '7200' }, { key: 'config.yml: B' }],
      takenOverBy: 'ben@example.org',
      seconds: 1500,
    }),
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
  const { user } = open(address(2));
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
  let asked = 0;
  api.use(
    http.post('*/v1/bulk-changes/preview', () => {
      asked++;
      return undefined;
    }),
    http.post('*/v1/bulk-changes', () =>
      HttpResponse.json(
        {
          status: 409,
          detail: 'What would be sent is not what was previewed any more; look at the preview again',
        },
        { status: 409, headers: { 'Content-Type': 'application/problem+json' } },
      ),
    ),
  );
  const { user } = open(address(2));
  await user.click(await screen.findByRole('radio', { name: /^Archive/ }));
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  await user.click(await screen.findByRole('button', { name: 'Change 2 instances' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('not what was previewed');
  await waitFor(() => expect(asked).toBe(2));
});

test('without a choice there is nothing to change', async () => {
  open('/bulk/new');
  expect(await screen.findByText('No instances selected')).toBeVisible();
  expect(await faults()).toEqual([]);
});

function bulk(change: Partial<Bulk> = {}): Bulk {
  const [a, b, c] = named(3).map((i) => i.name);
  return {
    id: 'b9', state: 'paused', kind: 'update', keys: ['+config.yml: A'], requestedBy: 'ada@example.org',
    requestedAt: new Date().toISOString(), batch: 5, pauseAfter: 1, detail: '1 of the instances failed; see why',
    targets: [
      { cluster: 'campus-aws', instance: a ?? '', wave: 0, attempt: 0, state: 'succeeded', operation: 'o1' },
      { cluster: 'campus-aws', instance: b ?? '', wave: 1, attempt: 0, state: 'failed', operation: 'o2', detail: 'The job deploy failed' },
      { cluster: 'campus-aws', instance: c ?? '', wave: 2, attempt: 0, state: 'waiting' },
    ],
    ...change,
  }; // prettier-ignore
}

test('a paused one says why, and its failed instances are tried again', async () => {
  api.world.bulks.push(bulk());
  const { user } = open('/bulk/b9');
  expect(await screen.findByRole('alert')).toHaveTextContent('1 of the instances failed');
  const board = screen.getByRole('table', { name: 'Instances by wave' });
  expect(within(board).getAllByRole('rowgroup')).toHaveLength(4);
  expect(board).toHaveTextContent('The job deploy failed');
  expect(
    within(board).getByRole('link', { name: `Follow the operation of ${named(1)[0]?.name ?? ''}` }),
  ).toHaveAttribute('href', `/clusters/campus-aws/instances/${named(1)[0]?.name}?operation=o1`);
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Retry 1 failed' }));
  await waitFor(() => expect(board).toHaveTextContent('attempt 2'));
  expect(screen.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('aborting says what it leaves, and asks', async () => {
  api.world.bulks.push(bulk());
  const { user } = open('/bulk/b9');
  await user.click(await screen.findByRole('button', { name: 'Abort' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog).toHaveTextContent('deployed changes stay deployed');
  await user.click(within(dialog).getByRole('button', { name: 'Skip 1 instance' }));
  expect(await screen.findByText('Aborted')).toBeVisible();
  expect(api.world.bulks[0]?.state).toBe('aborted');
});

test('viewers look on', async () => {
  enter('viewer');
  api.world.bulks.push(bulk());
  open('/bulk/b9');
  await screen.findByRole('table', { name: 'Instances by wave' });
  expect(screen.queryByRole('button', { name: 'Abort' })).toBeNull();
});

test('the list leads to each', async () => {
  api.world.bulks.push(bulk(), bulk({ id: 'b8', state: 'done', endedAt: new Date().toISOString() }));
  open('/bulk');
  const list = await screen.findByRole('table', { name: 'Bulk changes' });
  expect(within(list).getAllByRole('link')).toHaveLength(2);
  expect(list).toHaveTextContent('Done with failures');
  expect(await faults()).toEqual([]);
});

test('an empty list says how to begin', async () => {
  open('/bulk');
  expect(await screen.findByText('No bulk changes yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Select instances' })).toHaveAttribute('href', '/instances');
  expect(await faults()).toEqual([]);
});

test('one that is not there has no page', async () => {
  open('/bulk/nope');
  expect(await screen.findByRole('heading', { level: 1, name: /not/i })).toBeVisible();
});

import { act, screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { session } from '@/api/client';
import { instancesPoll, instancesQuery } from '@/api/queries/fleet';
import { createQueryClient } from '@/api/queryClient';
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

const table = () => screen.findByRole('table', { name: 'Instances' });

/** What the list shows unless a person chose otherwise. */
const live = () => mock.world.instances.filter((i) => i.lifecycle === 'pending' || i.lifecycle === 'active');

/** Names in the order of the rows. */
async function names(): Promise<string[]> {
  const rows = within(await table())
    .getAllByRole('row')
    .slice(1);
  return rows.map((row) => within(row).getAllByRole('link')[0]?.textContent ?? '');
}

test('shows each instance with its four facts apart', async () => {
  open('/instances');
  const row = within(await table()).getByRole('row', { name: /coastal/ });
  for (const text of [
    'campus-aws',
    'AWS',
    'coastal.campus-aws.example.org',
    'Active',
    'Progressing',
    'Running',
  ]) {
    expect(row).toHaveTextContent(text);
  }
  expect(await faults()).toEqual([]);
});

test('has its columns before its first rows came', async () => {
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  // An empty result passes the request on to the usual answer.
  mock.use(http.get('*/function/clusters/v1/instances', () => asked));
  const headings = (element: HTMLElement) =>
    Array.from(element.querySelectorAll('th'), (th) => [th.textContent, th.dataset.hide]);
  open('/instances?column=PLATFORM_NAME');
  const before = headings(await screen.findByRole('status', { name: 'Loading instances' }));
  expect(before.map(([title]) => title)).toContain('Latest pipeline');
  answer();
  const marks = /[↑↓↕]/g;
  expect(headings(await table()).map(([title, hide]) => [title?.replace(marks, ''), hide])).toEqual(before);
});

test('marks what has drifted, with why, and finds it', async () => {
  const drifted = live().filter((i) => i.drift);
  const { router, user } = open('/instances');
  const [first] = drifted;
  expect(within(await table()).getByRole('row', { name: new RegExp(first?.name ?? '-') })).toHaveTextContent(
    `drifted: ${first?.drift?.reason ?? '-'}`,
  );
  await user.click(screen.getByRole('button', { name: new RegExp(`${drifted.length}\\s?Drifted`) }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?drift=drifted'));
  await waitFor(async () => expect((await names()).sort()).toEqual(drifted.map((i) => i.name).sort()));
  expect(screen.getByRole('button', { name: 'Remove filter Drift: Drifted' })).toBeVisible();
});

test('says what is too old to be relied on', async () => {
  mock.world.observedAt = ago(4);
  open('/instances?lifecycle=active&lifecycle=archived');
  await waitFor(async () => {
    expect(within(await table()).getByRole('row', { name: /coastal/ })).toHaveTextContent(
      /stale: data from \d\d:\d\d/,
    );
  });
  const unknown = mock.world.instances.find((i) => i.lifecycle === 'active' && i.health.state === 'unknown');
  expect(
    within(await table()).getByRole('row', { name: new RegExp(unknown?.name ?? '-') }),
  ).toHaveTextContent(/Unknownlast seen \d min ago/);
  const archived = mock.world.instances.find((i) => i.lifecycle === 'archived');
  const row = within(await table()).getByRole('row', { name: new RegExp(archived?.name ?? '-') });
  expect(row).not.toHaveTextContent('stale');
});

test('follows the filters of the address', async () => {
  open('/instances?health=failed&health=degraded&cluster=campus-aws');
  await table();
  expect(screen.getByRole('button', { name: /Failed/, pressed: true })).toBeVisible();
  const wanted = live().filter(
    (i) => i.cluster === 'campus-aws' && ['failed', 'degraded'].includes(i.health.state),
  );
  await waitFor(async () => expect((await names()).sort()).toEqual(wanted.map((i) => i.name).sort()));
});

test('writes its filters into the address, and takes them away again', async () => {
  const { router, user } = open('/instances');
  await table();
  await user.type(screen.getByLabelText('Filter by name'), 'north');
  await waitFor(() => expect(router.state.location.searchStr).toBe('?name=north'));
  await waitFor(async () => expect(await names()).toEqual(['northfield', 'northgate']));
  await user.type(
    screen.getByLabelText(/^Configuration/),
    'OPENEDX_COMMON_VERSION=open-release/teak.2{Enter}',
  );
  await waitFor(() =>
    expect(router.state.location.searchStr).toBe(
      '?name=north&setting=OPENEDX_COMMON_VERSION%3Dopen-release/teak.2',
    ),
  );
  await user.click(screen.getByRole('button', { name: 'Clear all' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe(''));
  await waitFor(async () => expect((await names()).length).toBe(live().length));
});

test('counts stand beside each choice', async () => {
  const { router, user } = open('/instances?health=failed');
  await table();
  const failed = live().filter((i) => i.health.state === 'failed');
  const group = screen.getByLabelText('Filter by cluster');
  expect(group).toHaveTextContent(`campus-aws${failed.filter((i) => i.cluster === 'campus-aws').length}`);
  await user.click(within(group).getByRole('checkbox', { name: /campus-aws/, hidden: true }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?health=failed&cluster=campus-aws'));
});

test('one of many clusters is found by its name, though it is not among the commonest', async () => {
  for (let n = 0; n < 300; n++) {
    const [first] = mock.world.clusters;
    if (first) mock.world.clusters.push({ ...first, id: `school-${n}`, name: `school-${n}` });
  }
  const { router, user } = open('/instances');
  await table();
  const group = screen.getByLabelText('Filter by cluster');
  const choices = () => within(group).getAllByRole('checkbox', { hidden: true });
  await waitFor(() => expect(choices()).toHaveLength(200));
  expect(group).toHaveTextContent(/\d+ more; search to find them\./);
  await user.type(within(group).getByLabelText('Search cluster'), 'School-29');
  expect(choices()).toHaveLength(11);
  await user.click(within(group).getByRole('checkbox', { name: 'school-299', hidden: true }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?cluster=school-299'));
});

test('sorts by a head, and the other way by pressing it again', async () => {
  const { router, user } = open('/instances');
  await table();
  await user.click(screen.getByRole('button', { name: /^Changed/ }));
  await waitFor(() =>
    expect(screen.getByRole('columnheader', { name: /Changed/ })).toHaveAttribute('aria-sort', 'ascending'),
  );
  await user.click(screen.getByRole('button', { name: /^Changed/ }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?sort=changed&descending=true'));
  const newest = live().sort((a, b) => (b.changedAt ?? '').localeCompare(a.changedAt ?? ''))[0];
  await waitFor(async () => expect((await names())[0]).toBe(newest?.name));
});

test('shows more than a page on demand', async () => {
  const [model] = mock.world.instances;
  if (!model) throw new Error('an empty world');
  mock.world.instances = Array.from({ length: 120 }, (_, i) => ({
    ...model,
    name: `i${String(i).padStart(3, '0')}`,
  }));
  const { user } = open('/instances');
  expect(await screen.findByText('50 of 120 shown')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show more' }));
  expect(await screen.findByText('All 120 shown')).toBeVisible();
  expect(await table()).toHaveAttribute('aria-rowcount', '121');
});

test('more comes by itself when the end comes into view', async () => {
  const [model] = mock.world.instances;
  if (!model) throw new Error('an empty world');
  mock.world.instances = Array.from({ length: 60 }, (_, i) => ({ ...model, name: `i${i}` }));
  let come: (entries: { isIntersecting: boolean }[]) => void = () => undefined;
  class Observer {
    constructor(notify: typeof come) {
      come = notify;
    }
    observe = () => undefined;
    disconnect = () => undefined;
  }
  const before = IntersectionObserver;
  vi.stubGlobal('IntersectionObserver', Observer);
  open('/instances');
  expect(await screen.findByText('50 of 60 shown')).toBeVisible();
  act(() => come([{ isIntersecting: true }]));
  expect(await screen.findByText('All 60 shown')).toBeVisible();
  vi.stubGlobal('IntersectionObserver', before);
});

test('only a fleet that changed is read again', async () => {
  const client = createQueryClient();
  await client.infiniteQuery(instancesQuery({}));
  const { enabled: _, ...asked } = instancesPoll({}, undefined);
  const poll = () => client.query({ ...asked, staleTime: 0 });
  const isOld = () => client.getQueryState(instancesQuery({}).queryKey)?.isInvalidated;
  await poll();
  expect(isOld()).toBe(false);
  mock.world.revision++;
  await poll();
  expect(isOld()).toBe(true);
});

test('instances whose files have problems are a filter of its own', async () => {
  const { router, user } = open('/instances');
  await table();
  const button = screen.getByRole('button', { name: 'Problems in files' });
  await user.click(button);
  await waitFor(() => expect(router.state.location.searchStr).toBe('?problems=true'));
  expect(button).toHaveAttribute('aria-pressed', 'true');
  await user.click(button);
  await waitFor(() => expect(router.state.location.searchStr).toBe(''));
});

test('no match offers to clear the filters', async () => {
  const { user } = open('/instances?name=nothing');
  expect(await screen.findByText('No results')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  expect(await table()).toBeVisible();
});

test('an empty system leads to the first project', async () => {
  mock.world.instances = [];
  open('/instances');
  const empty = (await screen.findByText('No instances yet')).parentElement;
  expect(within(empty as HTMLElement).getByRole('link', { name: 'Add GitLab project' })).toHaveAttribute(
    'href',
    '/projects/new',
  );
});

test('a failure says its cause and request, and can be tried again', async () => {
  let broken = true;
  mock.use(
    http.get('*/function/clusters/v1/instances', () =>
      broken
        ? HttpResponse.json(
            { detail: 'The store is broken.', instance: 'call-9' },
            { status: 400, headers: { 'Content-Type': 'application/problem+json' } },
          )
        : undefined,
    ),
  );
  const { user } = open('/instances');
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('The store is broken.');
  expect(alert).toHaveTextContent('call-9');
  expect(await faults()).toEqual([]);
  broken = false;
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await table()).toBeVisible();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

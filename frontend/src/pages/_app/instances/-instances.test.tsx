import { act, screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { instancesPoll, instancesQuery } from '@/api/queries/fleet';
import { createQueryClient } from '@/api/queryClient';
import type { Instance, InstancePage } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import * as fleet from '@/testing/fixtures/fleet';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();

beforeEach(() => signIn());

const route = 'GET /clusters/v1/instances';
const show = (of: Instance[], more: Partial<InstancePage> = {}) =>
  api.answers({ [route]: fleet.page(of, more) });
const lastQuery = () => api.sent(route).at(-1)?.query;

const table = () => screen.findByRole('table', { name: 'Instances' });

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
  api.use(http.get('*/function/clusters/v1/instances', () => asked));
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
  const { router, user } = open('/instances');
  expect(within(await table()).getByRole('row', { name: /harbor/ })).toHaveTextContent(
    'drifted: lms has at most 4 instead of 10 replicas',
  );
  show([fleet.harbor]);
  await user.click(screen.getByRole('button', { name: /1\s?Drifted/ }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?drift=drifted'));
  await waitFor(async () => expect(await names()).toEqual(['harbor']));
  expect(lastQuery()).toMatchObject({ drift: ['drifted'] });
  expect(screen.getByRole('button', { name: 'Remove filter Drift: Drifted' })).toBeVisible();
});

test('says what is too old to be relied on', async () => {
  const stale = fleet.tree.clusters.map((c) => ({ ...c, stale: { healthAt: ago(4) } }));
  api.answers({ 'GET /clusters/v1/clusters': { ...fleet.tree, clusters: stale } });
  show([fleet.coastal, fleet.civic, fleet.geodesy]);
  open('/instances?lifecycle=active&lifecycle=archived');
  const row = async (name: RegExp) => within(await table()).getByRole('row', { name });
  await waitFor(async () => expect(await row(/coastal/)).toHaveTextContent(/stale: data from \d\d:\d\d/));
  expect(await row(/civic/)).toHaveTextContent(/Unknownlast seen \d+ min ago/);
  expect(await row(/geodesy/)).not.toHaveTextContent('stale');
});

test('follows the filters of the address', async () => {
  show([fleet.meridian, fleet.biology]);
  open('/instances?health=failed&health=degraded&cluster=campus-aws');
  await table();
  expect(screen.getByRole('button', { name: /Failed/, pressed: true })).toBeVisible();
  expect(await names()).toEqual(['meridian', 'biology']);
  expect(lastQuery()).toMatchObject({ health: ['failed', 'degraded'], cluster: ['campus-aws'] });
});

test('writes its filters into the address, and takes them away again', async () => {
  const { router, user } = open('/instances');
  await table();
  show([fleet.northfield]);
  await user.type(screen.getByLabelText('Filter by name'), 'north');
  await waitFor(() => expect(router.state.location.searchStr).toBe('?name=north'));
  await waitFor(async () => expect(await names()).toEqual(['northfield']));
  const setting = 'OPENEDX_COMMON_VERSION=open-release/teak.2';
  await user.type(screen.getByLabelText(/^Configuration/), `${setting}{Enter}`);
  await waitFor(() =>
    expect(router.state.location.searchStr).toBe(
      '?name=north&setting=OPENEDX_COMMON_VERSION%3Dopen-release/teak.2',
    ),
  );
  await waitFor(() => expect(lastQuery()).toMatchObject({ name: ['north'], setting: [setting] }));
  show(fleet.live);
  await user.click(screen.getByRole('button', { name: 'Clear all' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe(''));
  await waitFor(async () => expect((await names()).length).toBe(9));
});

test('counts stand beside each choice', async () => {
  const clusters = { 'campus-aws': 17, sandbox: 1 };
  show(fleet.live, { facets: { ...fleet.noFacets, clusters } });
  const { router, user } = open('/instances?health=failed');
  await table();
  const group = screen.getByLabelText('Filter by cluster');
  expect(group).toHaveTextContent('campus-aws17');
  await user.click(within(group).getByRole('checkbox', { name: /campus-aws/, hidden: true }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?health=failed&cluster=campus-aws'));
});

test('one of many clusters is found by its name, though it is not among the commonest', async () => {
  const schools = Array.from({ length: 300 }, (_, n) =>
    fleet.branch({ ...fleet.learn, id: `school-${n}` }, []),
  );
  const clusters = [...fleet.tree.clusters, ...schools];
  api.answers({ 'GET /clusters/v1/clusters': { ...fleet.tree, clusters } });
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
  await waitFor(() => expect(lastQuery()).toMatchObject({ sort: ['changed'] }));
  show([fleet.zenith, fleet.academy]);
  await user.click(screen.getByRole('button', { name: /^Changed/ }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?sort=changed&descending=true'));
  await waitFor(async () => expect(await names()).toEqual(['zenith', 'academy']));
  expect(lastQuery()).toMatchObject({ sort: ['changed'], descending: ['true'] });
});

/** The first page of five instances, and then the second. */
const inTwoPages = () =>
  api.answers({
    [route]: ({ query }) =>
      query.after
        ? fleet.page([fleet.harbor, fleet.zenith], { total: 5 })
        : fleet.page([fleet.academy, fleet.biology, fleet.coastal], { total: 5, next: 'c2' }),
  });

test('shows more than a page on demand', async () => {
  inTwoPages();
  const { user } = open('/instances');
  expect(await screen.findByText('3 of 5 shown')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show more' }));
  expect(await screen.findByText('All 5 shown')).toBeVisible();
  expect(await table()).toHaveAttribute('aria-rowcount', '6');
  expect(lastQuery()).toMatchObject({ after: ['c2'] });
});

test('more comes by itself when the end comes into view', async () => {
  inTwoPages();
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
  expect(await screen.findByText('3 of 5 shown')).toBeVisible();
  act(() => come([{ isIntersecting: true }]));
  expect(await screen.findByText('All 5 shown')).toBeVisible();
  vi.stubGlobal('IntersectionObserver', before);
});

test('only a fleet that changed is read again', async () => {
  const tagged = (tag: string) =>
    api.answers({ [route]: () => HttpResponse.json(fleet.instancePage, { headers: { ETag: tag } }) });
  tagged('"a"');
  const client = createQueryClient();
  await client.infiniteQuery(instancesQuery({}));
  const { enabled: _, ...asked } = instancesPoll({}, undefined);
  const poll = () => client.query({ ...asked, staleTime: 0 });
  const isOld = () => client.getQueryState(instancesQuery({}).queryKey)?.isInvalidated;
  await poll();
  expect(isOld()).toBe(false);
  tagged('"b"');
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
  show([]);
  const { user } = open('/instances?name=nothing');
  expect(await screen.findByText('No results')).toBeVisible();
  expect(await faults()).toEqual([]);
  show(fleet.live);
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  expect(await table()).toBeVisible();
});

test('an empty system leads to the first project', async () => {
  show([]);
  open('/instances');
  const empty = (await screen.findByText('No instances yet')).parentElement;
  expect(within(empty as HTMLElement).getByRole('link', { name: 'Add GitLab project' })).toHaveAttribute(
    'href',
    '/projects/new',
  );
});

test('a failure says its cause and request, and can be tried again', async () => {
  api.answers({ [route]: problem(400, 'The store is broken.') });
  const { user } = open('/instances');
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('The store is broken.');
  expect(alert).toHaveTextContent('call-9');
  expect(await faults()).toEqual([]);
  show(fleet.live);
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await table()).toBeVisible();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

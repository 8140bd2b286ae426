import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Refreshed, Usage } from '@/api/types';
import { shownToasts } from '@/components/showToast';
import { faults, fixtureApi, open, signIn } from '@/testing/app';
import { academy, details } from '@/testing/fixtures/fleet';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();
const route = '/instances/v1/clusters/{cluster}/instances/{instance}';
const collected = ago(60 * 5);
const point = { day: '2026-10-31', from: '2026-10-02', activeUsers: 210, courses: 17, hits: 50_900 };
const usage: Usage = {
  from: '2026-08-01',
  to: '2026-10-31',
  points: [
    { ...point, day: '2026-10-01', from: '2026-09-02', users: 800, courses: 14, hits: 41_000 },
    { ...point, users: 1075 },
  ],
  collectedAt: collected,
  triedAt: collected,
};
const report = (more: Partial<Usage>) => api.answers({ [`GET ${route}/usage`]: { ...usage, ...more } });
const refresh = (more: Partial<Refreshed>): Refreshed => ({
  ...details(academy),
  gitlab: { outcome: 'read' },
  cluster: { outcome: 'read' },
  usage: { outcome: 'read' },
  site: { outcome: 'read' },
  ...more,
});

beforeEach(() => {
  // The toast of the test before stays for seconds.
  shownToasts.clear();
  signIn('viewer');
  report({});
  api.answers({ [`GET ${route}`]: details(academy) });
});

const address = () => '/clusters/campus-aws/instances/academy?tab=usage';

test('usage as charts, as numbers and as a table; the address says how far back', async () => {
  const { user, router } = open(address());
  expect(await screen.findByText('1,075', { selector: 'strong' })).toBeVisible();
  expect(screen.getByText(/^\+275 since/)).toBeVisible();
  await user.click(screen.getByText('Show as table'));
  const rows = within(screen.getByRole('table', { name: 'Usage' })).getAllByRole('row');
  expect(rows).toHaveLength(3);
  expect(rows[1]).toHaveTextContent(/1,075.*17.*50,900$/);
  expect(await faults(screen.getByRole('main'))).toEqual([]);
  report({ points: [{ ...point, users: 12 }] });
  await user.selectOptions(screen.getByRole('combobox', { name: 'Period' }), '30 days');
  expect(router.state.location.search).toMatchObject({ tab: 'usage', days: '30' });
  expect(await screen.findByText('12', { selector: 'strong' })).toBeVisible();
  const from = api.sent(`GET ${route}/usage`).map(({ query }) => Date.parse(query.from?.[0] ?? ''));
  const days = (Date.now() - (from.at(-1) ?? 0)) / 86_400_000;
  expect(Math.round(days)).toBeGreaterThanOrEqual(29);
  expect(Math.round(days)).toBeLessThanOrEqual(31);
});

test('nothing known yet says why', async () => {
  report({ points: [] });
  open(address());
  expect(await screen.findByText('No data for this period')).toBeVisible();
});

test('a report that failed stands above the last one that did not', async () => {
  report({
    points: [{ day: '2026-10-31', from: '2026-10-02', users: 12 }],
    error: 'The function usage-report does not exist; enter its name.',
    triedAt: '2026-11-01T04:00:00Z',
  });
  open(address());
  expect(await screen.findByRole('alert')).toHaveTextContent(
    /^Couldn’t collect the report of 1 Nov 2026.*enter its name\./,
  );
  expect(screen.getByText('12', { selector: 'strong' })).toBeVisible();
  expect(screen.getAllByText('Not in the report.')).toHaveLength(3);
});

// Of a moment that is five hours before the answer, and not before the page's own clock.
const old = /^Collected [45] h ago$/;

test('is asked for again by Refresh, and says how old it is', async () => {
  const { user } = open(address());
  const panel = await screen.findByRole('region', { name: 'Usage' });
  expect(await within(panel).findByText(old)).toBeVisible();
  const fresh = { ...usage, collectedAt: ago(0), triedAt: ago(0) };
  api.answers({ [`POST ${route}/refresh`]: api.andThen(refresh({}), { [`GET ${route}/usage`]: fresh }) });
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  expect(
    await screen.findByText('Refreshed GitLab, the cluster, the site and the usage report.'),
  ).toBeVisible();
  expect(await within(panel).findByText('Collected just now')).toBeVisible();
});

test.each([
  ['failed', 'Refreshed GitLab and the cluster.'],
  ['unset', 'Refreshed GitLab and the cluster.'],
  ['busy', 'Refreshed GitLab, the cluster and the usage report.'],
] as const)('a refresh of the usage that ends as %s', async (outcome, text) => {
  const { user } = open(address());
  const panel = await screen.findByRole('region', { name: 'Usage' });
  await within(panel).findByText(old);
  api.answers({ [`POST ${route}/refresh`]: refresh({ usage: { outcome }, site: { outcome: 'unset' } }) });
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  expect(await screen.findByText(text)).toBeVisible();
  expect(within(panel).getByText(old)).toBeVisible();
});

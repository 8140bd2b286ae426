import { screen, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import { shownToasts } from '@/components/showToast';
import { faults, mockWorld, open } from '@/testing/app';

const api = mockWorld();

beforeEach(() => {
  // The toast of the test before stays for seconds.
  shownToasts.clear();
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...api.world.user, role: 'viewer' },
  });
});

const address = () => {
  const found = api.world.instances.find((i) => i.lifecycle === 'active');
  if (!found) throw new Error('an empty world');
  return `/clusters/${found.cluster}/instances/${found.name}?tab=usage`;
};

const report = (body: object) =>
  api.use(http.get('*/usage', () => HttpResponse.json({ from: '2026-08-01', to: '2026-10-31', ...body })));

test('usage as charts, as numbers and as a table; the address says how far back', async () => {
  const { user, router } = open(address());
  expect(await screen.findByText('1,075', { selector: 'strong' })).toBeVisible();
  expect(screen.getByText(/^\+275 since/)).toBeVisible();
  await user.click(screen.getByText('Show as table'));
  const rows = within(screen.getByRole('table', { name: 'Usage' })).getAllByRole('row');
  expect(rows).toHaveLength(13);
  expect(rows[1]).toHaveTextContent(/1,075.*17.*50,900$/);
  expect(await faults(screen.getByRole('main'))).toEqual([]);
  await user.selectOptions(screen.getByRole('combobox', { name: 'Period' }), '30 days');
  expect(router.state.location.search).toMatchObject({ tab: 'usage', days: '30' });
  expect(await screen.findByText(/^\+75 since|^\+100 since/)).toBeVisible();
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
])('a refresh of the usage that ends as %s', async (outcome, text) => {
  const well = { outcome: 'read' };
  const { user } = open(address());
  const panel = await screen.findByRole('region', { name: 'Usage' });
  await within(panel).findByText(old);
  api.use(
    http.post('*/refresh', async ({ request }) => {
      const page = await fetch(request.url.replace('/refresh', ''), { headers: request.headers });
      return HttpResponse.json({
        ...((await page.json()) as object),
        gitlab: well,
        cluster: well,
        usage: { outcome },
        site: { outcome: 'unset' },
      });
    }),
  );
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  expect(await screen.findByText(text)).toBeVisible();
  expect(within(panel).getByText(old)).toBeVisible();
});

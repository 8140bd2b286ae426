import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, patience, see, seeNoMore, title, until, useOcim } from './harness';

const ocim = useOcim();

/** Opens the facts of an instance. They are open already where one of them needs a person, such as after a missed sync. */
async function openFacts(page: Page): Promise<void> {
  const details = page.getByRole('main').getByRole('button', { name: 'Details', exact: true }).first();
  await until('the facts did not open', async () => {
    if ((await details.getAttribute('aria-expanded')) === 'true') return true;
    await details.click();
    return undefined;
  });
}

const instance = (cluster: string, name: string) => `/clusters/grove-${cluster}/instances/${name}`;

test('a crash loop says why, with its log; the instance beside it is unaffected', async () => {
  const page = await ocim.page(instance('campus-aws', 'delta-polytechnic'));
  const status = page.getByLabel('Status', { exact: true });
  await see(status.getByText('Failed'), status.getByText(/container cms/));
  const pods = page.getByRole('table', { name: 'Pods' });
  await pods.getByRole('button', { name: /^cms-/ }).first().click();
  await page.getByRole('link', { name: 'Previous log of cms' }).click();
  const output = page.getByRole('region', { name: /^Output of cms/ });
  await see(output.getByText(/Can't connect to server on 'mysql'/));
  expect(page.url()).toMatch(/log=cms&previous=true/);
  await look(page, output, page.getByRole('table', { name: 'Deployments' }));
  await page.reload();
  await see(output.getByText(/Can't connect to server on 'mysql'/));

  await page.goto(instance('campus-aws', 'ardmore-university'));
  await openFacts(page);
  await see(status.getByText('Healthy'), pods.getByText('Healthy').first());
  await see(page.getByText('No warnings'));
  await page.getByRole('link', { name: 'Usage' }).click();
  // The first daily report may not have come yet.
  await page.getByRole('button', { name: 'Refresh' }).click();
  await look(
    page,
    page.getByRole('heading', { name: 'Active users' }),
    page.locator('svg.recharts-surface').first(),
  );
});

test('a cluster shows how full its nodes are, and its warnings lead to the instance', async () => {
  const page = await ocim.page('/clusters/grove-campus-aws');
  const nodes = page.getByRole('table', { name: 'Nodes' });
  const cordoned = nodes.getByRole('row', { name: /is cordoned.*Uncordon it/ });
  await see(cordoned.getByText('m6i.xlarge, eu-west-1b'));
  for (const row of (await nodes.getByRole('row').allInnerTexts()).slice(1)) {
    const full = [...row.matchAll(/, (\d+)%/g)].map(([, percent]) => Number(percent));
    expect(full, row).toHaveLength(3);
    expect(Math.max(...full), row).toBeLessThanOrEqual(100);
  }
  const warnings = page.getByRole('table', { name: 'Warnings of the cluster' });
  await look(page, nodes, warnings);
  await warnings.getByRole('link', { name: 'quarry-hill' }).first().click();
  await see(title(page, 'quarry-hill'), page.getByText(/no node has enough memory left/).first());
});

test('pods that no node takes say why and what to do, while the rest serves', async () => {
  const page = await ocim.page(instance('campus-aws', 'quarry-hill'));
  await see(title(page, 'quarry-hill'));
  const status = page.getByLabel('Status', { exact: true });
  await see(status.getByText('Degraded'), status.getByText(/lms-worker is waiting for a node.*memory left/));
  const pods = page.getByRole('table', { name: 'Pods' });
  const waiting = pods.getByRole('row', { name: /^lms-worker-/ });
  await see(waiting.getByText('Pending'), waiting.getByText('0 of 1'));
  await waiting.getByRole('button', { name: /^lms-worker-/ }).click();
  await see(pods.getByText(/Lower the pod's memory requests, or add nodes/).first());
  await see(pods.getByRole('row', { name: /^cms-worker-/ }).getByText('Healthy'));
  await look(page, pods, page.getByRole('table', { name: 'Events' }));
});

test('what somebody changed in the cluster is drift: on its page, in the list and in the overview', async () => {
  const page = await ocim.page(instance('campus-aws', 'sisu-university'));
  const drift = page.getByRole('region', {
    name: 'Drift: the running instance differs from the deployed configuration',
  });
  await see(drift.getByText(/lms: maximum replicas 4 running, 10 in git \(GROVE_LMS_MAX_REPLICAS\)/));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await see(page.getByText('Refreshed GitLab, the cluster, the site and the usage report.'));
  await look(page, drift);

  await page.goto('/instances?drift=drifted');
  const drifted = page
    .getByRole('table', { name: 'Instances' })
    .getByRole('row', { name: /sisu-university/ });
  await see(drifted.getByText(/drifted: lms has at most 4 instead of 10 replicas/));
  await seeNoMore(page.getByRole('row', { name: /ardmore-university/ }));
  await page.getByRole('button', { name: 'Remove filter Drift: Drifted' }).click();
  await see(page.getByRole('row', { name: /ardmore-university/ }));

  await page.goto('/overview');
  const attention = page.getByRole('region', { name: 'Needs attention' });
  const reason = attention.getByRole('listitem').filter({ hasText: 'sisu-university' });
  await see(reason.getByText(/Drift lms has at most 4 instead of 10 replicas\. An update brings it back/));
  await look(page, reason);
});

/** When the cluster was last seen, as the page says. */
const seen = (page: Page) =>
  page.getByLabel('Status', { exact: true }).locator('time', { hasText: 'Cluster:' });

test('refresh asks GitLab, the cluster and each panel, and moves their ages', async () => {
  const page = await ocim.page(instance('campus-aws', 'ardmore-university'));
  await openFacts(page);
  await see(seen(page), page.getByRole('table', { name: 'Deployments' }));
  const before = await seen(page).getAttribute('datetime');
  const asked: string[] = [];
  page.on('requestfinished', (request) => asked.push(new URL(request.url()).pathname.replace(/.*\//, '')));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await see(page.getByText('Refreshed GitLab, the cluster, the site and the usage report.'));
  await until('not every part was asked again', () =>
    ['refresh', 'pods', 'replication', 'events'].every((part) => asked.includes(part)) ? true : undefined,
  );
  const now = async () => Date.parse((await seen(page).getAttribute('datetime')) ?? '');
  await expect.poll(now, { timeout: patience }).toBeGreaterThan(Date.parse(before ?? ''));
});

/** A gateway that is there when it is entered, and gone once it is closed. */
async function passingGateway() {
  const server = createServer((_, answer) => answer.end('{"provider": {"provider": "faas-netes"}}'));
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/academy-do`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('a cluster that goes offline is unknown with its age; what GitLab reports stays', async () => {
  const page = await ocim.page();
  // This cluster takes three seconds for every answer.
  await page.goto(instance('academy-do', 'juniper-care'));
  const status = page.getByLabel('Status', { exact: true });
  await openFacts(page);
  await see(status.getByText('Healthy', { exact: true }), page.getByRole('table', { name: 'Pods' }));

  await page.goto('/administration/projects/grove-academy-do');
  await page.getByRole('button', { name: 'Change the gateway' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change the gateway' });
  const gateway = await passingGateway();
  try {
    await dialog.getByLabel('Gateway').fill(gateway.url);
    await dialog.getByLabel('Password', { exact: true }).fill('demonstration-only-grove-academy-do');
    await dialog
      .getByLabel('Inspector secret', { exact: true })
      .fill('demonstration-only-inspector-secret-grove-academy-do');
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await seeNoMore(dialog);
  } finally {
    gateway.close();
  }

  ocim.expects(/^503 GET .*\/grove-academy-do\/instances\/juniper-care\/(pods|replication|events|drift)$/);
  await page.goto(instance('academy-do', 'juniper-care'));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await see(status.getByText('Unknown'), status.getByText(/does not answer, last seen \d/));
  for (const name of ['Pods', 'Replication', 'Events']) {
    await see(page.getByRole('region', { name }).getByRole('alert'));
  }
  await look(page, status.getByText('View cluster'));
  await page.getByRole('link', { name: 'Configuration' }).click();
  await see(page.getByText(/LMS_HOST/).first());
  await page.getByRole('link', { name: 'Pipelines', exact: true }).click();
  await see(page.getByRole('table', { name: 'Pipelines' }));

  await page.goto(instance('campus-aws', 'ardmore-university'));
  await openFacts(page);
  await see(status.getByText('Healthy', { exact: true }), page.getByRole('table', { name: 'Pods' }));
});

test('two configurations are compared, and the address says which', async () => {
  const page = await ocim.page(instance('campus-aws', 'ardmore-university'));
  await page.getByRole('link', { name: 'Configuration' }).click();
  await page.getByRole('link', { name: 'Compare' }).click();
  await see(title(page, 'Compare ardmore-university'), page.getByText('Nothing selected'));
  await page.getByLabel('Another instance').selectOption({ label: 'kestrel-law' });
  await see(page.getByRole('textbox', { name: 'config.yml, kestrel-law' }));
  expect(page.url()).toMatch(/with=grove-campus-aws\/kestrel-law$/);
  await look(page, page.getByRole('textbox', { name: 'config.yml, ardmore-university' }));
});

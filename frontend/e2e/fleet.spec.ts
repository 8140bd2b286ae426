import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  ada,
  finn,
  invite,
  logIn,
  look,
  register,
  see,
  seeNoMore,
  title,
  until,
  useOcim,
  visitAdministration,
} from './harness';

const ocim = useOcim();

const instances = (page: Page) => page.getByRole('table', { name: 'Instances' });
const views = (page: Page) => page.getByRole('group', { name: 'Views' });

test('each count of the overview leads to the instances that it counts', async () => {
  const page = await ocim.page('/overview');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click();
  const failed = page.getByRole('list', { name: 'Health' }).getByRole('link', { name: /^\d+ Failed$/ });
  await look(
    page,
    failed,
    page
      .getByRole('region', { name: 'Needs attention' })
      .getByRole('link', { name: 'paperbird', exact: true }),
    page.getByRole('region', { name: 'Latest events' }).getByRole('listitem').first(),
  );
  const count = Number.parseInt(await failed.innerText());
  expect(count).toBeGreaterThan(0);
  await failed.click();
  await see(
    instances(page).getByRole('link', { name: 'paperbird', exact: true }),
    page.getByText(`All ${count} shown`),
  );
});

test('the activity is narrowed to a cluster, by the address too', async () => {
  const page = await ocim.page('/overview');
  // On a slow machine the second key may come too late to belong to the first.
  await until('the activity', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    return (await title(page, 'Activity').isVisible()) ? true : undefined;
  });
  await page.getByLabel('Cluster', { exact: true }).selectOption({ label: 'academy-do' });
  await page.getByLabel('Type').selectOption({ label: 'Pipeline' });
  // The demonstration's pipelines ended days ago.
  const events = page.getByRole('main').getByRole('listitem');
  const event = events.filter({ hasText: 'stonebridge-bank' }).first();
  await see(event.getByRole('link', { name: 'stonebridge-bank' }));
  await seeNoMore(events.getByText('on campus-aws').first());
  await page.reload();
  await look(page, event.getByRole('link', { name: 'stonebridge-bank' }));
  await event.getByText(/^Pipeline #/).click();
  await see(title(page, /^Pipeline #/));
});

test('a view outlives a reload, and somebody else has it once it is shared', async () => {
  const page = await ocim.visit();
  await logIn(page);
  await page.goto('/instances?health=failed&sort=cluster');
  await see(instances(page));
  await page.getByRole('button', { name: 'Views' }).click();
  await look(page, views(page));
  await views(page).getByRole('button', { name: 'Save as new view…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save as new view' });
  await dialog.getByLabel('Name').fill('Failed, by cluster');
  await dialog.getByRole('checkbox', { name: 'Share with everyone' }).check();
  await dialog.getByRole('checkbox', { name: 'Make default' }).check();
  await look(page, dialog);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const chosen = page.getByRole('button', { name: 'View: Failed, by cluster' });
  await see(chosen);
  await page.reload();
  await see(chosen, instances(page).getByRole('link', { name: 'paperbird', exact: true }));
  await page.goto('/instances');
  await see(chosen);
  await page.getByRole('button', { name: 'Remove filter Health: Failed' }).click();
  await look(page, page.getByText('Unsaved changes'));

  await invite(page, finn.email);
  const other = await ocim.visit();
  await register(other, await ocim.mail.link(finn.email, 'register'), finn);
  await other.goto('/instances');
  await see(instances(other));
  await other.getByRole('button', { name: 'Views' }).click();
  await views(other)
    .getByRole('group', { name: 'Shared with you' })
    .getByRole('link', { name: 'Failed, by cluster' })
    .click();
  await see(
    other.getByRole('button', { name: 'View: Failed, by cluster' }),
    instances(other).getByRole('link', { name: 'paperbird', exact: true }),
  );
  expect(other.url()).toMatch(/\?health=failed&sort=cluster&view=/);

  await other.goto('/administration/audit');
  await see(other.getByText('You don’t have permission'));
});

test('the audit log shows what was just done, with the values before and after', async () => {
  const page = await ocim.page('/account');
  await see(title(page, 'Account'));
  await page.getByLabel('Name', { exact: true }).fill('Ada King');
  await page.getByRole('button', { name: 'Save' }).click();
  await see(page.getByRole('button', { name: /account menu for Ada King/ }));
  await visitAdministration(page, 'Audit');
  await see(title(page, 'Audit'));
  const log = page.getByRole('table', { name: 'Audit log' });
  await log.getByRole('button', { name: 'Name changed' }).click();
  const values = page.getByRole('table', { name: 'Values before and after' });
  await look(page, values.getByRole('row', { name: `name ${ada.name} Ada King` }));
  await page.getByLabel('What').selectOption({ label: 'Logged in' });
  await seeNoMore(log.getByRole('button', { name: 'Name changed' }));
  await see(log.getByRole('button', { name: 'Logged in' }).first());
});

test('a subscription is tested, and its delivery listed', async () => {
  const page = await ocim.page('/account/notifications');
  await see(title(page, 'Notifications'));
  await page.getByLabel('Name', { exact: true }).fill('Night watch');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('button', { name: 'Send test notification for Night watch' }).click();
  const delivery = page.getByRole('table', { name: 'Deliveries' }).getByRole('row', { name: 'Night watch' });
  await look(page, delivery.getByText('Sent'));
});

test('the pages fit a narrow screen', async () => {
  const page = await ocim.page();
  await page.setViewportSize({ width: 320, height: 640 });
  for (const [address, whole] of [
    ['/overview', page.getByRole('region', { name: 'Needs attention' })],
    ['/activity', page.getByRole('list', { name: 'Today' })],
    ['/administration/audit', page.getByRole('table', { name: 'Audit log' })],
    ['/account', page.getByRole('table', { name: 'Sessions' })],
    ['/account/notifications', page.getByRole('table', { name: 'Deliveries' })],
  ] as const) {
    await page.goto(address);
    await see(whole);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(width, `${address} scrolls sideways`).toBeLessThanOrEqual(320);
  }
});

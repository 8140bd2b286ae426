import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { fileInGit, look, see, seeNoMore, step, title, useOcim } from './harness';

const ocim = useOcim({ speed: 400 });

const lab = 'lab-minikube';

/** Chooses instances in the list by their names, with the keyboard. */
async function choose(page: Page, ...names: string[]): Promise<void> {
  await page.goto('/instances');
  for (const name of names) {
    await page.getByRole('checkbox', { name: `Select ${name} on ` }).press('Space');
  }
  const bar = page.getByRole('region', { name: 'Selected instances' });
  await see(bar.getByText(`${names.length} instances on 1 cluster`));
  await bar.getByRole('link', { name: 'Edit selected…' }).click();
  await see(title(page, 'Bulk change'));
}

/** Sets a key in what was chosen, up to the button that starts it. */
async function preview(page: Page, key: string, value: string): Promise<void> {
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByLabel('Value').fill(value);
  await page.getByRole('button', { name: 'Preview' }).click();
  await see(page.getByRole('heading', { name: 'Waves' }));
}

const row = (page: Page, name: string): Locator =>
  page.getByRole('table', { name: 'Instances by wave' }).getByRole('row').filter({ hasText: name });

test('what is paused by a person is aborted; the rest is left as it is', async () => {
  const page = await ocim.page('/overview');
  // The first hangs, so that there is time to pause; a restart would end that.
  await choose(page, 'load-test', 'ulmo-candidate', 'pr-36012');
  await preview(page, 'SESSION_COOKIE_AGE', '60');
  await page.getByRole('button', { name: 'Change 3 instances' }).click();
  await row(page, 'load-test')
    .getByRole('link', { name: /^Follow/ })
    .click();
  await see(step(page, /^Running, now/)); // what only waits for its turn would be recalled
  await page.goBack();
  await see(row(page, 'load-test').getByText('Running'));
  await page.getByRole('button', { name: 'Pause' }).click();
  await see(page.getByText('Paused by ada@example.org'));
  await page.getByRole('button', { name: 'Abort' }).click();
  const dialog = page.getByRole('dialog');
  await look(page, dialog.getByText(/Ocim skips the 2 instances still waiting/));
  await dialog.getByRole('button', { name: 'Skip 2 instances' }).click();
  await see(
    page.getByRole('main').getByText('Aborted', { exact: true }),
    row(page, 'pr-36012').getByText('Skipped'),
  );
  expect(await fileInGit(ocim.program, lab, 'instances/pr-36012/config.yml')).not.toContain(
    'SESSION_COOKIE_AGE: 60',
  );

  // What ran comes to its end.
  await row(page, 'load-test')
    .getByRole('link', { name: /^Follow/ })
    .click();
  await page
    .getByRole('link', { name: /^Pipeline #/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await dialog.getByRole('button', { name: 'Cancel pipeline' }).click();
  await seeNoMore(dialog);
  await page.goto('/bulk');
  await page.getByRole('link', { name: 'Update 3 instances' }).click();
  await see(row(page, 'load-test').getByText('Canceled', { exact: true }));
});

test('a wave that fails pauses the change; it is retried, across a restart, until all have succeeded', async () => {
  const page = await ocim.page('/overview');
  await choose(
    page,
    'sandbox',
    'redwood-regression',
    'sumac-regression',
    'aspects-trial',
    'theme-playground',
  );
  await page.getByLabel('Instances per wave').fill('2');
  // Each wave would wait for the health that the next sync reads.
  await page.getByLabel('Wait until each wave is healthy').uncheck();
  await page.getByRole('textbox', { name: 'Reason (optional)' }).fill('Sessions of two hours.');
  await look(page, page.getByRole('heading', { name: 'Instances', exact: true }));
  await preview(page, 'SESSION_COOKIE_AGE', '7200');
  await see(
    page
      .getByRole('region', { name: 'Skipped, group 1' })
      .getByText(/aspects-trial\/config.yml cannot be edited, line \d+/),
    page.getByText('SESSION_COOKIE_AGE: 7200').first(),
  );
  await look(page, page.getByText(/Canary: sandbox\./));
  await page.getByRole('button', { name: 'Change 4 instances' }).click();

  await see(
    title(page, 'Update 5 instances'),
    page.getByRole('alert').getByText(/2 of the instances failed/),
  );
  await see(
    row(page, 'sandbox').getByText('Succeeded'),
    row(page, 'redwood-regression').getByText('Failed', { exact: true }),
  );
  await see(
    row(page, 'theme-playground').getByText('Waiting'),
    row(page, 'aspects-trial').getByText('Skipped'),
  );
  await look(page, row(page, 'redwood-regression').getByText(/^Pipeline \d+ failed: read the log/));

  await ocim.program.end('SIGKILL');
  await ocim.program.run();
  await page.reload();
  await page.getByRole('button', { name: 'Retry 2 failed' }).click();
  await see(page.getByText('4 succeeded', { exact: true }));
  await see(page.getByRole('main').getByText('Done', { exact: true }));
  expect(await fileInGit(ocim.program, lab, 'instances/theme-playground/config.yml')).toContain(
    'SESSION_COOKIE_AGE: 7200',
  );
  expect(await fileInGit(ocim.program, lab, 'instances/redwood-regression/config.yml')).toContain(
    'SESSION_COOKIE_AGE: 7200',
  );

  await row(page, 'sandbox')
    .getByRole('link', { name: /^Follow/ })
    .click();
  await see(title(page, 'sandbox'), page.getByText('“Sessions of two hours.”').first());
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Bulk changes' }).click();
  await look(page, page.getByRole('row', { name: /Update 5 instances/ }).getByText('4 succeeded, 1 skipped'));
});

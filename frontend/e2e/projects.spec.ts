import { expect, test } from 'vitest';
import { look, see, seeNoMore, title, useOcim, webhooks } from './harness';

const ocim = useOcim();

const cluster = 'grove-guild-do';

test('a project is added by its checks, looked after, and removed', async () => {
  const page = await ocim.page('/overview');
  await page.getByRole('link', { name: 'Add GitLab project' }).click();
  await see(title(page, 'Add GitLab project'));
  await page.getByLabel('Project').fill(`${ocim.program.gitlab}/guild/grove-guild-do/-/tree/main`);
  await page.getByRole('textbox', { name: 'API token' }).fill('glpat-of-somebody-else');
  await page.getByRole('textbox', { name: 'Trigger token' }).fill('glptt-demonstration-guild');
  await page.getByRole('radio', { name: /Generate one and register it/ }).check();
  await page.getByRole('button', { name: 'Check and add' }).click();
  const token = page
    .getByRole('list', { name: 'Checks' })
    .getByRole('listitem')
    .filter({ hasText: 'API token' });
  await look(page, token.getByText('Next step:'), token.getByText(/Create a token with the api scope/));
  expect(await webhooks(ocim.program, 'guild-do'), 'webhooks before it is added').toEqual([]);

  await page.getByRole('textbox', { name: 'API token' }).fill('glpat-demonstration-only');
  await page.getByRole('button', { name: 'Check and add' }).click();
  await see(title(page, `${cluster} added`));
  const progress = page.getByRole('list', { name: 'Progress' });
  await see(
    progress.getByText('3: bakers-guild, clockmakers, stonemasons'),
    progress.getByText(/GitLab sends pipeline and push events/),
    progress.getByText(/The deploy key is SHA256:/),
  );
  await page.getByRole('textbox', { name: 'Filter clusters and instances' }).fill('guild-do');
  await look(page, page.getByRole('tree').getByText('clockmakers'));

  await page.getByRole('link', { name: 'Project settings' }).click();
  await see(title(page, cluster));
  const fingerprint = await page.getByRole('table', { name: 'Credentials' }).locator('code').innerText();
  await page.getByRole('button', { name: 'Rotate the webhook secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await see(page.getByText('Webhook secret rotated.'));
  await page.getByRole('button', { name: 'Rotate the deploy key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await seeNoMore(page.getByRole('table', { name: 'Credentials' }).getByText(fingerprint));
  expect((await webhooks(ocim.program, 'guild-do')).length, 'webhooks').toBe(1);
  await look(page, page.getByText('12 passed, 1 skipped'));

  await page.getByRole('link', { name: 'Details and links' }).click();
  await page.getByRole('button', { name: 'Override: Region' }).click();
  await page.getByRole('dialog').getByLabel('Region').fill('ams9');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await look(page, page.getByRole('row', { name: /^Region ams9 Overridden ams3/ }));
  await page.getByRole('link', { name: 'Grove integration' }).click();
  await look(page, page.getByRole('region', { name: 'Archive', exact: true }).getByText(/Request to GitLab/));
  await page.getByRole('link', { name: 'View cluster' }).click();
  await see(title(page, 'guild-do'), page.getByText('overridden; in the repository: ams3'));

  await page.getByRole('link', { name: 'Remove' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(`Type ${cluster}`).fill(cluster);
  await dialog.getByRole('button', { name: 'Remove from Ocim' }).click();
  await look(page, dialog.getByText(/The GitLab project .* with its repository/));
  ocim.expects(/^404 GET .*grove-guild-do$/);
  await dialog.getByRole('button', { name: 'View projects' }).click();
  await see(page.getByRole('table', { name: 'GitLab projects' }).getByText('grove-campus-aws').first());
  await seeNoMore(page.getByRole('link', { name: cluster }));
  expect(await webhooks(ocim.program, 'guild-do'), 'webhooks after it was removed').toEqual([]);
});

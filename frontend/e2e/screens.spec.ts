import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ada, invite, logIn, look, misfits, patience, title, useOcim, writeYaml } from './harness';

const ocim = useOcim();

type Whole = (page: Page) => ReturnType<typeof title>;

const table =
  (name: string): Whole =>
  (page) =>
    page.getByRole('table', { name });
const heading =
  (name: string | RegExp): Whole =>
  (page) =>
    page.getByRole('heading', { name });
const called =
  (name: string): Whole =>
  (page) =>
    title(page, name);
const button =
  (name: string): Whole =>
  (page) =>
    page.getByRole('button', { name });

const campus = '/clusters/grove-campus-aws';
const law = `${campus}/instances/kestrel-law`;
const project = '/administration/projects/grove-campus-aws';

/** Every route, and what stands for the whole of it. */
const routes: readonly (readonly [address: string, whole: Whole])[] = [
  ['/overview', heading('Needs attention')],
  ['/instances', table('Instances')],
  ['/instances?peek=grove-campus-aws/kestrel-law', heading('Last change')],
  ['/instances?name=nothing-like-it', (page) => page.getByText('No results')],
  ['/clusters', table('Clusters')],
  [campus, table('Warnings of the cluster')],
  [`${campus}/deploy`, (page) => page.getByRole('textbox', { name: 'Overrides (YAML)' })],
  [law, table('Pods')],
  ['/clusters/grove-academy-do/instances/hackday', called('hackday')],
  ['/clusters/grove-lab-minikube/instances/aspects-trial', called('aspects-trial')],
  [`${law}?tab=configuration`, heading('Configuration')],
  [`${law}?tab=details`, heading('Versions')],
  [`${law}?tab=usage`, heading('Usage')],
  [`${law}?tab=timeline`, heading('Timeline')],
  [`${law}?tab=deployments`, table('Pipelines')],
  [`${law}/update`, button('Preview')],
  [`${law}/compare`, called('Compare kestrel-law')],
  ['/activity', called('Activity')],
  ['/bulk', called('Bulk changes')],
  ['/bulk/new?on=grove-campus-aws:kestrel-law', button('Preview')],
  ['/administration/users', table('Users')],
  ['/administration/invitations', heading('Invite someone')],
  ['/administration/audit', table('Audit log')],
  ['/administration/installation', heading('Functions')],
  ['/administration/projects', table('GitLab projects')],
  [project, table('Credentials')],
  [`${project}/facts`, heading('Links')],
  [`${project}/contract`, heading('Reprovisioning')],
  [`${project}/usage`, heading('Parsed result')],
  ['/projects/new', button('Check and add')],
  ['/account', table('Sessions')],
  ['/account/notifications', heading('Deliveries')],
  ['/account/tokens', (page) => page.getByText('No tokens')],
  ['/nowhere', called('Not found')],
];

const widths = [1440, 1280, 1024, 768, 390, 320];

test.each(routes)('axe finds no fault with %s, which fits every screen', async (address, whole) => {
  const page = await ocim.page(address);
  await look(page, whole(page).first());
  for (const width of widths) {
    await page.setViewportSize({ width, height: 640 });
    const needed = () => page.evaluate(() => document.documentElement.scrollWidth);
    // The sidebar takes a moment to go.
    await expect
      .poll(needed, { message: `${address} scrolls sideways`, timeout: patience })
      .toBeLessThanOrEqual(width);
    expect.soft(await misfits(page), `${address}, ${width} px wide`).toEqual([]);
  }
});

test('axe finds no fault with the palette and the account menu', async () => {
  const page = await ocim.page('/overview');
  await page.getByRole('button', { name: 'Search or run' }).click();
  await page.getByPlaceholder(/Search instances/).fill('paper');
  await look(page, page.getByRole('dialog').getByText('paperbird').first());
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /account menu for/ }).click();
  await look(page, page.getByRole('group', { name: 'Account' }));
});

test('axe finds no fault with a pipeline', async () => {
  const page = await ocim.page(`${law}?tab=deployments`);
  await page.getByRole('table', { name: 'Pipelines' }).getByRole('link').first().click();
  await look(page, title(page, /^Pipeline #/), page.getByRole('heading', { name: 'Details' }));
});

test('axe finds no fault with a form that is filled in wrong', async () => {
  const page = await ocim.page(`${campus}/deploy`);
  await page.getByLabel('Instance name').fill('Not A Name');
  await writeYaml(page, 'Overrides (YAML)', 'PLATFORM_NAME: [');
  await look(page, page.getByText(/Start with a lowercase letter/), page.getByText(/^Line \d/).first());
});

test('axe finds no fault with an instance that does not exist', async () => {
  const page = await ocim.page();
  ocim.expects(/^404 GET /);
  await page.goto(`${campus}/instances/none`);
  await look(page, title(page, 'Not found'));
});

test('axe finds no fault with the dialogs of people and of tokens', async () => {
  // Inviting demands a recent log-in.
  const page = await ocim.visit();
  await logIn(page);
  await page.goto('/administration/users');
  await page.getByRole('button', { name: `Edit ${ada.name}` }).click();
  await page.getByRole('button', { name: 'Roles…' }).click();
  await look(page, page.getByRole('dialog', { name: `Roles of ${ada.name}` }));
  await invite(page, 'finn@example.org');
  await look(page, page.getByRole('table', { name: 'Invitations' }));
  await page.goto('/account/tokens');
  await page.getByLabel('Name', { exact: true }).fill('nightly report');
  await page.getByRole('button', { name: 'Create token' }).click();
  await look(page, page.getByText('Copy it now.'), page.getByRole('table', { name: 'API tokens' }));
  await page.getByRole('button', { name: 'Revoke nightly report' }).click();
  await look(page, page.getByRole('dialog', { name: 'Revoke nightly report?' }));
});

test('axe finds no fault with the forms of projects', async () => {
  const page = await ocim.page('/projects/new');
  await page.getByRole('button', { name: 'Check and add' }).click();
  await look(page, page.getByText('Enter a pipeline trigger token.'));
  await page.goto(`${project}/usage`);
  await page.getByRole('button', { name: 'Test' }).click();
  await look(page, page.getByRole('cell', { name: 'ardmore-university' }));
  await page.getByLabel('Function', { exact: true }).fill('Not a function');
  await look(page, page.getByRole('button', { name: 'Discard changes', disabled: false }));
});

test('axe finds no fault with the sidebar of a narrow screen', async () => {
  const page = await ocim.page();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/overview');
  await page.getByRole('button', { name: 'Open sidebar' }).click();
  await look(page, page.getByRole('tree', { name: 'Clusters and instances' }));
});

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  fileInGit,
  instanceRow,
  look,
  see,
  seeEnd,
  seeNoMore,
  title,
  useOcim,
  visitInstance,
  writeYaml,
} from './harness';

const ocim = useOcim({ speed: 400 });

const table = (page: Page) => page.getByRole('table', { name: 'Instances' });

test('instances are found by a plugin, and a setting of theirs is a column', async () => {
  const page = await ocim.page('/instances');
  await see(instanceRow(page, 'quarry-hill'));
  await page.getByRole('button', { name: 'Plugin', exact: true }).click();
  await page
    .getByRole('group', { name: 'Filter by plugin' })
    .getByRole('checkbox', { name: /^ecommerce/ })
    .check();
  await seeNoMore(instanceRow(page, 'quarry-hill'));
  await page.keyboard.press('Escape');
  await see(
    instanceRow(page, 'ardmore-university'),
    instanceRow(page, 'harbour-business-school'),
    page.getByRole('button', { name: 'Remove filter Plugin: ecommerce' }),
  );

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByLabel('Add a setting as a column').fill('OPENEDX_COMMON_VERSION');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await look(
    page,
    table(page).getByRole('columnheader', { name: /OPENEDX_COMMON_VERSION/ }),
    instanceRow(page, 'ardmore-university').getByText(/release\/teak/),
    instanceRow(page, 'harbour-business-school').getByText(/release\/ulmo/),
  );
  expect(new URL(page.url()).search).toMatch(/plugin=ecommerce.*column=OPENEDX_COMMON_VERSION/);
  await page.reload();
  await see(instanceRow(page, 'ardmore-university').getByText(/release\/teak/));
});

test('a mistyped key is marked as one types, and the preview warns of it', async () => {
  const page = await ocim.page();
  await visitInstance(page, 'terra-farmers');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  const path = 'instances/terra-farmers/config.yml';
  await writeYaml(
    page,
    path,
    'PLATFORM_NAME: Terra\nLMS_HOSTT: learn.terra.example.org\nENABLE_HTTPS: maybe\n',
  );
  const problems = page.getByRole('status', { name: `Problems in ${path}` });
  await look(
    page,
    problems.getByText('Line 2, column 1: Unknown key LMS_HOSTT. Did you mean LMS_HOST?'),
    problems.getByText('Line 3, column 15: ENABLE_HTTPS must be true or false.'),
  );
  await page.getByRole('button', { name: 'Preview' }).click();
  const warnings = page.getByRole('list', { name: 'Before you continue' });
  await look(
    page,
    warnings.getByText('line 2, column 1: Unknown key LMS_HOSTT. Did you mean LMS_HOST?'),
    warnings.getByText('line 3, column 15: ENABLE_HTTPS must be true or false.'),
  );
  expect(await page.getByRole('button', { name: 'Deploy' }).isDisabled(), 'the wrong type blocks').toBe(true);

  await page.getByRole('button', { name: 'Back to editing' }).click();
  await writeYaml(
    page,
    path,
    'PLATFORM_NAME: Terra\nLMS_HOSTT: learn.terra.example.org\nENABLE_HTTPS: true\n',
  );
  await seeNoMore(problems.getByText(/ENABLE_HTTPS/));
  await page.getByRole('button', { name: 'Preview' }).click();
  await see(
    warnings.getByText(/Did you mean LMS_HOST\?/),
    page.getByRole('button', { name: 'Deploy' }).and(page.locator(':enabled')),
  );
});

test('a site that does not answer is in the list, in the overview and on its page, though its pods run', async () => {
  const page = await ocim.page('/instances');
  await page.getByRole('button', { name: /Site fails/ }).click();
  await see(instanceRow(page, 'northgate-college').getByText('Site down'));
  await seeNoMore(instanceRow(page, 'ardmore-university'));
  await table(page).getByRole('link', { name: 'northgate-college', exact: true }).click();
  await see(title(page, 'northgate-college'));
  const alert = page.getByRole('alert').filter({ hasText: 'Site down' });
  await look(page, alert.getByText(/courses\.northgate\.example\.org answers with an error \(500\)/));
  await see(page.getByRole('table', { name: 'Pods' }).getByText('Healthy').first());

  await page.goto('/overview');
  await see(
    page
      .getByRole('region', { name: 'Needs attention' })
      .getByRole('listitem')
      .filter({ hasText: 'northgate-college' })
      .getByText(/answers with an error \(500\)/),
  );
});

test('instances that were tagged are chosen by their tag, and change together', async () => {
  const page = await ocim.page();
  const tagged = ['sandbox', 'ulmo-candidate'];
  for (const name of tagged) {
    await page.goto(`/clusters/grove-lab-minikube/instances/${name}?tab=details`);
    const panel = page.getByRole('region', { name: 'Notes and tags' });
    await panel.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: `Notes and tags of ${name}` });
    await dialog.getByLabel('Tags').fill('exam');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await see(panel.getByRole('link', { name: 'Instances tagged exam' }));
  }
  await page.goto('/bulk/new');
  await page.getByLabel('Add instances by tag').selectOption('exam');
  await page.getByRole('button', { name: 'Add instances' }).click();
  await look(page, page.getByText('2 instances on 1 cluster'), page.getByLabel('Key', { exact: true }));
  await page.getByLabel('Key', { exact: true }).fill('SESSION_COOKIE_AGE');
  await page.getByLabel('Value').fill('7200');
  // The cluster is offline for the first minutes of an hour.
  await page.getByRole('checkbox', { name: 'Wait until each wave is healthy' }).uncheck();
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Change 2 instances' }).click();
  await see(page.getByRole('main').getByText('Done', { exact: true }));
  for (const name of tagged) {
    expect(await fileInGit(ocim.program, 'lab-minikube', `instances/${name}/config.yml`)).toContain(
      'SESSION_COOKIE_AGE: 7200',
    );
  }
});

test('a change whose deployment failed is in git: it is deployed from the page, after a preview', async () => {
  const page = await ocim.page();
  // The next deployment of this instance fails.
  await visitInstance(page, 'redwood-regression');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await page.getByLabel('Platform name shown to learners').fill('Redwood again');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Deploy' }).click();
  await see(title(page, 'redwood-regression'));
  await seeEnd(page, 'Update', 'Failed');

  await page.goto('/clusters/grove-lab-minikube/instances/redwood-regression');
  const notice = page.getByRole('region', { name: 'Undeployed changes' });
  await notice.getByRole('button', { name: 'Deploy these changes' }).click();
  const dialog = page.getByRole('dialog', { name: 'Deploy redwood-regression?' });
  await look(
    page,
    dialog.getByText('This configuration of redwood-regression is already in git but not deployed.', {
      exact: false,
    }),
    dialog
      .getByRole('region', { name: 'Changes since the last deployment' })
      .getByText(/PLATFORM_NAME: .*Redwood again/),
  );
  await dialog.getByRole('button', { name: 'Deploy', exact: true }).click();
  await see(title(page, 'redwood-regression'));
  await seeEnd(page, 'Update', 'Succeeded');
  await page.goto('/clusters/grove-lab-minikube/instances/redwood-regression');
  await see(title(page, 'redwood-regression'));
  await seeNoMore(notice);
});

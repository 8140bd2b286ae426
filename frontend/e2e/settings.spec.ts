import { expect, test } from 'vitest';
import {
  deploy,
  look,
  operation,
  see,
  seeBecomeActive,
  seeEnd,
  seeNoMore,
  setPolicy,
  title,
  useOcim,
  visitInstance,
} from './harness';

const ocim = useOcim({ speed: 400 });

const wrong = { VariablesRole: 'no_one_allowed', NoPush: true, CIDisabled: true } as const;

test('three wrong settings of a new project are found, corrected in turn, and its first instance goes live', async () => {
  await setPolicy(ocim.program, 'guild-do', wrong);
  const page = await ocim.page('/overview');
  await page.getByRole('link', { name: 'Add GitLab project' }).click();
  await see(title(page, 'Add GitLab project'));
  await page.getByLabel('Project').fill(`${ocim.program.gitlab}/guild/grove-guild-do`);
  await page.getByRole('textbox', { name: 'API token' }).fill('glpat-demonstration-only');
  await page.getByRole('textbox', { name: 'Trigger token' }).fill('glptt-demonstration-guild');
  const check = page.getByRole('button', { name: 'Check and add' });
  const checks = page.getByRole('list', { name: 'Checks' });

  await check.click();
  await look(
    page,
    checks.getByText(/Turn on CI\/CD for the project \(Settings > General > Visibility/),
    checks.getByText(
      /push to the default branch.*\(Settings > Repository > Protected branches; Maintainer role\)/,
    ),
    checks.getByText(
      /minimum role to use pipeline variables to Maintainer or lower \(Settings > CI\/CD > Variables/,
    ),
  );

  await setPolicy(ocim.program, 'guild-do', { ...wrong, CIDisabled: false });
  await check.click();
  await seeNoMore(checks.getByText(/Turn on CI\/CD/));
  await see(checks.getByText(/Protected branches/));

  await setPolicy(ocim.program, 'guild-do', { VariablesRole: 'no_one_allowed' });
  await check.click();
  await seeNoMore(checks.getByText(/Protected branches/));
  await see(checks.getByText(/No one may set pipeline variables/));

  await setPolicy(ocim.program, 'guild-do', {});
  await check.click();
  await see(title(page, 'grove-guild-do added'));
  ocim.expects(/^409 GET .*\/tile-works\/(events|pods|drift|replication)$/); // the cluster has no gateway
  await deploy(page, 'guild-do', 'tile-works', 'Tile Works');
  await seeBecomeActive(page);
  expect(page.url()).toContain('tile-works');
});

test('GitLab’s reason stands at the operation and on the pipeline’s page when no job ran', async () => {
  const reason = "jobs:deploy script can't be blank";
  await setPolicy(ocim.program, 'campus-aws', { ConfigError: reason });
  const page = await ocim.page();
  await visitInstance(page, 'quarry-hill');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await page.getByLabel('Platform name shown to learners').fill('Quarry Hill Music');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Deploy' }).click();
  await see(title(page, 'quarry-hill'));
  await seeEnd(page, 'Update', 'Failed');
  await see(operation(page, 'Update').getByText(reason).first());
  await page
    .getByRole('region', { name: 'Pipeline', exact: true })
    .getByRole('link', { name: /^Pipeline #/ })
    .click();
  await look(page, page.getByRole('alert').filter({ hasText: reason }), page.getByText('No jobs'));
});

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { erin, finn, invite, logIn, register, see, seeNoMore, title, useOcim, writeYaml } from './harness';

const ocim = useOcim();

/** Does something to a user, as the administrator whose page it is. */
async function change(administrator: Page, name: string, what: string): Promise<void> {
  await administrator.goto('/administration/users');
  await administrator.getByRole('button', { name: `Edit ${name}` }).click();
  await administrator
    .getByRole('group', { name: `Edit ${name}` })
    .getByRole('button', { name: what })
    .click();
}

test('a role that is taken away forbids at once, and a disabled account is out', async () => {
  const administrator = await ocim.visit();
  await logIn(administrator);
  await invite(administrator, erin.email, 'Operator');
  const page = await ocim.visit();
  await register(page, await ocim.mail.link(erin.email, 'register'), erin);

  const project = '/administration/projects/grove-lab-minikube';
  await page.goto(project);
  await see(page.getByRole('heading', { name: 'Project', exact: true }));
  for (const section of ['contract', 'usage']) {
    await seeNoMore(page.locator(`a[href="${project}/${section}"]`));
  }
  for (const section of ['contract', 'usage']) {
    await page.goto(`${project}/${section}`);
    await see(page.getByText(/Only administrators can change this\./));
  }

  await page.goto('/clusters/grove-lab-minikube/deploy');
  await page.getByLabel('Instance name').fill('too-late');
  await writeYaml(page, 'Overrides (YAML)', 'PLATFORM_NAME: Too Late');

  await change(administrator, erin.name, 'Roles…');
  const dialog = administrator.getByRole('dialog', { name: `Roles of ${erin.name}` });
  await dialog.getByLabel('Role on all clusters').selectOption({ label: 'Viewer' });
  await dialog.getByRole('button', { name: 'Change roles' }).click();
  const row = administrator.getByRole('row', { name: erin.name });
  await see(row.getByRole('cell', { name: 'Viewer' }));

  // The form was open, and the access token is still good: the role is not.
  ocim.expects(/^403 POST \/function\/pipelines\/v1\/clusters\/grove-lab-minikube\/operations\/preview$/);
  await page.getByRole('button', { name: 'Preview' }).click();
  await see(page.getByRole('alert').getByText('Couldn’t deploy the instance'));
  await page.goto('/clusters/grove-lab-minikube');
  await see(title(page, 'lab-minikube'));
  await seeNoMore(page.getByRole('link', { name: 'Deploy a new instance' }));
  await page.goto('/clusters/grove-lab-minikube/deploy');
  await see(page.getByText('You don’t have permission'));
  await page.goto(`${project}/usage`);
  await see(page.getByText('You don’t have permission'));
  await page.goto('/clusters/grove-lab-minikube/instances/sandbox');
  await see(title(page, 'sandbox'));

  // Her page may notice on its own when it polls.
  ocim.expects(/^40[13] (GET|POST) \/function\/\w+\/v1\//);
  await change(administrator, erin.name, 'Disable…');
  await administrator.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await see(row.getByText('Disabled'));
  await page.reload();
  await see(title(page, 'Log in'));
});

test('who may see one cluster learns of no other', async () => {
  const administrator = await ocim.visit();
  await logIn(administrator);
  await administrator.goto('/administration/invitations');
  await administrator.getByLabel('Email').fill(finn.email);
  await administrator.getByRole('radio', { name: 'Only these clusters' }).check();
  await administrator.getByRole('checkbox', { name: /academy/ }).check();
  await administrator.getByRole('button', { name: 'Send invitation' }).click();

  const page = await ocim.visit();
  await register(page, await ocim.mail.link(finn.email, 'register'), finn);
  await page.goto('/clusters');
  const clusters = page
    .getByRole('table', { name: 'Clusters' })
    .getByRole('rowgroup')
    .last()
    .getByRole('row');
  await see(clusters.filter({ hasText: 'academy-do' }));
  expect(await clusters.count()).toBe(1);
  await page.goto('/clusters/grove-academy-do/instances/paperbird');
  await see(title(page, 'paperbird'));

  ocim.expects(/^404 GET /);
  await page.goto('/clusters/grove-campus-aws');
  await see(title(page, 'Not found'));
  await page.goto('/clusters/grove-campus-aws/instances/kestrel-law');
  await see(title(page, 'Not found'));
});

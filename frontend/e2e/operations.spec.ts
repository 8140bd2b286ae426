import { expect, test } from 'vitest';
import {
  ada,
  ask,
  bearerOf,
  commitLine,
  erin,
  fileInGit,
  invite,
  logIn,
  look,
  operation,
  register,
  see,
  seeEnd,
  seeNoMore,
  seeOver,
  step,
  title,
  until,
  useOcim,
  visitInstance,
  writeYaml,
} from './harness';

// Clusters run one operation at a time, so the tests take turns on three.
const ocim = useOcim({ speed: 400 });

test('an operator updates an instance behind a preview and sees it succeed, then rolls it back', async () => {
  const page = await ocim.page();
  await visitInstance(page, 'quarry-hill');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await see(title(page, 'Update quarry-hill'));
  const secret = /^MYSQL_ROOT_PASSWORD: .*$/m;
  const path = 'instances/quarry-hill/config.yml';
  const before = await fileInGit(ocim.program, 'campus-aws', path);
  expect(before).toMatch(secret);

  await page.getByLabel('Platform name shown to learners').fill('Quarry Hill Music');
  const editor = page.getByRole('textbox', { name: path }).and(page.locator('[contenteditable=true]'));
  await see(editor.getByText('Quarry Hill Music'));
  await page.getByRole('textbox', { name: 'Reason (optional)' }).fill('They chose a shorter name.');
  await look(page, page.getByText(/^1 file changed\./));
  await page.getByRole('button', { name: 'Preview' }).click();
  await see(
    page.getByRole('region', { name: 'Preview' }).getByText(/^Restarts services one after another/),
    page.getByText('Quarry Hill Music'),
  );
  await look(page, page.getByRole('status').filter({ hasText: 'Reason: They chose a shorter name.' }));
  await page.getByRole('button', { name: 'Deploy' }).click();
  await see(title(page, 'quarry-hill'), step(page, /^Succeeded, done/));
  await seeEnd(page, 'Update', 'Succeeded');

  const after = await fileInGit(ocim.program, 'campus-aws', path);
  expect(after).toMatch(/^\s*PLATFORM_NAME: "?Quarry Hill Music"?$/m);
  expect(secret.exec(after)?.[0], 'a masked secret stays what it was').toBe(secret.exec(before)?.[0]);
  expect(after).not.toContain('•');

  await visitInstance(page, 'quarry-hill');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await page.getByLabel('Platform name shown to learners').fill('Second thoughts');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Deploy' }).click();
  await see(title(page, 'quarry-hill'));
  await seeEnd(page, 'Update', 'Succeeded');

  await page.getByRole('link', { name: 'Timeline', exact: true }).click();
  await look(page, page.getByText('“They chose a shorter name.”'));
  await page.getByRole('button', { name: /^Roll back to (#\d+|this version)$/ }).click();
  const dialog = page.getByRole('dialog');
  await see(
    dialog
      .getByText('PLATFORM_NAME: "Quarry Hill Music"')
      .or(dialog.getByText('PLATFORM_NAME: Quarry Hill Music')),
  );
  await look(page, dialog.getByText(/^Request to GitLab/));
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await see(title(page, 'quarry-hill'));
  await seeEnd(page, 'Rollback', 'Succeeded');
  expect(await fileInGit(ocim.program, 'campus-aws', path)).toBe(after);
});

test('what somebody changed meanwhile is taken in, and what was typed is kept', async () => {
  const page = await ocim.page();
  await visitInstance(page, 'velo-mechanics');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await see(title(page, 'Update velo-mechanics'));
  await page.getByLabel('Contact email').fill('hello@velo.example.com');
  await page.getByRole('button', { name: 'Preview' }).click();
  const go = page.getByRole('button', { name: 'Deploy' });
  await see(go.and(page.locator(':enabled')));

  const path = 'instances/velo-mechanics/config.yml';
  await commitLine(ocim.program, 'academy-do', path, 'SESSION_COOKIE_AGE: 60');
  ocim.expects(/^409 POST \/function\/pipelines\/v1\/clusters\/[^/]+\/operations$/);
  await go.click();
  await see(page.getByRole('alert').filter({ hasText: 'Couldn’t start the update' }));
  const preview = page.getByRole('region', { name: 'Preview' });
  await see(preview.getByRole('list', { name: 'Before you continue' }).getByText(/changed/));
  const takeIn = page.getByRole('button', { name: 'Merge their changes' });
  await look(page, takeIn);
  expect(await go.isDisabled()).toBe(true);

  await takeIn.click();
  const meanwhile = page.getByRole('region', { name: 'Changed in the meantime' });
  await look(
    page,
    meanwhile.getByText('SESSION_COOKIE_AGE: 60'),
    meanwhile.getByText(/both changes are kept/),
  );
  await page.getByRole('button', { name: 'Continue with the merge' }).click();
  await see(preview.getByText('hello@velo.example.com'), go.and(page.locator(':enabled')));

  // Once more, and now it is the same line.
  await commitLine(ocim.program, 'academy-do', path, 'CONTACT_EMAIL: info@velo.example.com');
  await go.click();
  await takeIn.click();
  const both = page.getByRole('group', { name: 'Conflict' });
  await look(page, both.getByText('CONTACT_EMAIL: info@velo.example.com').first());
  await both.getByRole('radio', { name: /^Mine/ }).check();
  await page.getByRole('button', { name: 'Continue with the merge' }).click();
  await see(go.and(page.locator(':enabled')));
  await go.click();
  await seeEnd(page, 'Update', 'Succeeded');
  const text = await fileInGit(ocim.program, 'academy-do', path);
  expect(text).toContain('SESSION_COOKIE_AGE: 60');
  expect(text).toContain('CONTACT_EMAIL: hello@velo.example.com');
  expect(text).not.toContain('info@velo.example.com');

  // What somebody commits by hand, and nobody deploys, can be taken back.
  await commitLine(ocim.program, 'academy-do', path, 'SESSION_COOKIE_AGE: 90');
  await page.goto('/clusters/grove-academy-do/instances/velo-mechanics');
  const notice = page.getByRole('region', { name: 'Undeployed changes' });
  await look(page, notice.getByText('SESSION_COOKIE_AGE: 90'));
  await notice.getByRole('button', { name: 'Revert to the deployed version' }).click();
  const dialog = page.getByRole('dialog');
  await look(page, dialog.getByText('SESSION_COOKIE_AGE: 60'));
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await see(title(page, 'velo-mechanics'));
  await seeEnd(page, 'Rollback', 'Succeeded');
  expect(await fileInGit(ocim.program, 'academy-do', path)).toBe(text);
});

test('invalid YAML is reported at its line, and is not previewed', async () => {
  const page = await ocim.page();
  await visitInstance(page, 'terra-farmers');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await writeYaml(page, 'instances/terra-farmers/config.yml', 'LMS_HOST: a\nPLUGINS:\n\t- mfe\n');
  await look(page, page.getByRole('status', { name: /^Problems in/ }).getByText(/^Line 3/));
  expect(await page.getByRole('button', { name: 'Preview' }).isDisabled()).toBe(true);

  // Known keys are completed, and explained.
  await writeYaml(page, 'instances/terra-farmers/config.yml', 'PLATFORM_NAME: a\n');
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('EDX_PLATFORM_V');
  await see(
    page.getByRole('option', { name: 'EDX_PLATFORM_VERSION' }),
    page.getByText(/Branch, tag or commit of the platform/),
  );
  await page.getByRole('option', { name: 'EDX_PLATFORM_VERSION' }).click();
  await see(page.locator('.cm-line').filter({ hasText: 'EDX_PLATFORM_VERSION:' }));
  await page.locator('.cm-line').getByText('PLATFORM_NAME').first().hover();
  await see(page.locator('.cm-keyHelp').getByText('Name that learners see.'));

  // What the instance is known by is warned of; another file has other keys.
  await writeYaml(page, 'instances/terra-farmers/config.yml', 'PLATFORM_NAME: a\n');
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('K8S_N');
  await see(
    page.getByRole('option', { name: 'K8S_NAMESPACE' }),
    page.getByText(/Changing this leaves the instance’s existing data behind\./),
  );
  await page.getByRole('tab', { name: 'grove.yml' }).click();
  await writeYaml(page, 'instances/terra-farmers/grove.yml', 'PR_WATCHER: {}\n');
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('COMPREHENSIVE_THEME_V');
  await see(page.getByRole('option', { name: 'COMPREHENSIVE_THEME_VERSION' }));
});

test('an instance is archived and unarchived, and keeps its configuration', async () => {
  // The page may hear of it before or after the cluster does.
  ocim.expects(/^40[49] GET .*\/paperbird\/(pods|replication|events|drift)$/);
  const page = await ocim.page();
  await visitInstance(page, 'paperbird');
  const path = 'instances/paperbird/config.yml';
  const before = await fileInGit(ocim.program, 'academy-do', path);
  const archive = await ask(page, 'Archive');
  await look(page, archive.getByText(/^Removes the instance from the cluster/));
  await archive.getByRole('button', { name: 'Archive' }).click();
  await seeEnd(page, 'Archive', 'Succeeded');
  await see(page.getByRole('main').getByText('Archived', { exact: true }).first());

  const unarchive = await ask(page, 'Unarchive');
  await see(unarchive.getByText(path, { exact: true }));
  await unarchive.getByRole('button', { name: 'Unarchive' }).click();
  await seeEnd(page, 'Unarchive', 'Succeeded');
  await see(page.getByRole('main').getByText('Active', { exact: true }).first());
  expect(await fileInGit(ocim.program, 'academy-do', path)).toBe(before);
});

test('deleting takes the typed name; what is protected stays', async () => {
  // The page may hear of it after the cluster does.
  ocim.expects(/^40[49] GET .*\/scorm-trial\/(pods|replication|events|drift)$/);
  const page = await ocim.page();
  await visitInstance(page, 'scorm-trial');
  await page.getByRole('button', { name: 'Actions', exact: true }).click();
  await page.getByRole('button', { name: 'Protect', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Reason (optional)').fill('Exams until Friday.');
  await page.getByRole('dialog').getByRole('button', { name: 'Protect' }).click();
  await seeNoMore(page.getByRole('dialog'));
  await see(page.getByRole('main').getByText(`Protected by ${ada.email}`));
  await page.getByRole('button', { name: 'Actions', exact: true }).click();
  const held = page.getByRole('group', { name: /^Actions on / }).getByRole('button', { name: /^Delete/ });
  await see(held.getByText('Protected; unprotect it first'));
  expect(await held.isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Unprotect', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unprotect' }).click();
  await seeNoMore(page.getByRole('dialog'));

  const dialog = await ask(page, 'Delete');
  const button = dialog.getByRole('button', { name: 'Delete permanently' });
  await dialog.getByRole('textbox', { name: 'Type scorm-trial' }).fill('scorm-tria');
  expect(await button.isDisabled()).toBe(true);
  await look(page, dialog.getByText(/^Permanently deletes data/));
  await dialog.getByRole('textbox', { name: 'Type scorm-trial' }).fill('scorm-trial');
  await button.click();
  await seeEnd(page, 'Delete', 'Succeeded');
  await see(page.getByRole('main').getByText('Deleted', { exact: true }).first());
});

test('a failed pipeline shows its first error, and succeeds when it is retried', async () => {
  const page = await ocim.page();
  await visitInstance(page, 'redwood-regression');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await page.getByLabel('Platform name shown to learners').fill('Redwood, once more');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Deploy' }).click();
  await seeEnd(page, 'Update', 'Failed');
  await look(page, page.getByRole('alert').filter({ hasText: 'The operation failed.' }));

  await page
    .getByRole('region', { name: 'Pipeline', exact: true })
    .getByRole('link', { name: /^Pipeline #/ })
    .click();
  await see(page.getByRole('heading', { name: /deploy-instance.* failed in stage/ }));
  await see(page.getByText('error: timed out waiting for the condition').first());
  await see(page.getByText('Insufficient memory').first());
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry pipeline' }).click();
  await seeNoMore(page.getByRole('dialog'));
  await visitInstance(page, 'redwood-regression');
  await seeOver(page, 'Update', 'Succeeded');
});

test('what waits behind a pipeline that hangs is withdrawn; the pipeline is canceled and retried', async () => {
  const page = await ocim.page();
  await visitInstance(page, 'load-test');
  await page.getByRole('link', { name: 'Update', exact: true }).click();
  await page.getByLabel('Platform name shown to learners').fill('Load, once more');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Deploy' }).click();
  await see(step(page, /^Running, now/));

  await visitInstance(page, 'ulmo-candidate');
  const dialog = await ask(page, 'Archive');
  await see(dialog.getByText(/this one starts after it/));
  await dialog.getByRole('button', { name: 'Archive' }).click();
  await see(operation(page, 'Archive').getByText(/Waiting for 1 other operation on this cluster\./));
  await page
    .getByRole('navigation', { name: 'Breadcrumb' })
    .getByRole('link', { name: 'lab-minikube' })
    .click();
  const queue = page.getByRole('main').getByRole('list', { name: 'Queued operations' });
  await look(page, queue.getByRole('listitem').filter({ hasText: 'Archive ulmo-candidate' }));
  await page.getByRole('button', { name: /pipelines? running/ }).click();
  const menu = page.getByRole('group', { name: 'Running pipelines' });
  await look(page, menu.getByRole('listitem').filter({ hasText: 'Update load-test' }));
  await page.keyboard.press('Escape');
  await queue.getByRole('button', { name: 'Withdraw Archive ulmo-candidate' }).click();
  await seeNoMore(queue.getByText('Archive'));

  await queue.getByRole('link', { name: 'load-test' }).click();
  await see(title(page, 'load-test'));
  await operation(page, 'Update')
    .getByRole('link', { name: /^Pipeline #/ })
    .click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  const cancel = page.getByRole('dialog');
  await look(page, cancel.getByText(/Running jobs stop immediately/));
  await cancel.getByRole('button', { name: 'Cancel pipeline' }).click();
  await seeNoMore(cancel);
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry pipeline' }).click();
  await seeNoMore(page.getByRole('dialog'));
  await visitInstance(page, 'load-test');
  await seeOver(page, 'Update', 'Succeeded');
});

test('reprovisioning takes a setting and an administrator', async () => {
  const page = await ocim.visit();
  await logIn(page);
  await visitInstance(page, 'cinder-arts');
  const off = await ask(page, 'Reprovision cluster');
  await look(page, off.getByText(/Reprovisioning is disabled for this cluster/));
  expect(await off.getByRole('button', { name: 'Reprovision' }).isDisabled()).toBe(true);
  await off.getByRole('button', { name: 'Cancel' }).click();

  const cluster = /clusters\/([^/]+)/.exec(page.url())?.[1] ?? '';
  const contract = `${ocim.program.origin}/function/pipelines/v1/clusters/${cluster}/contract`;
  const headers = { Authorization: await bearerOf(page), 'Content-Type': 'application/json' };
  const allowed = await fetch(contract, {
    method: 'PUT',
    headers,
    body: '{"allowReprovision": true, "operations": {}}',
  });
  expect(allowed.status, await allowed.text()).toBe(200);
  const dialog = await ask(page, 'Reprovision cluster');
  await dialog.getByRole('textbox', { name: `Type ${cluster}` }).fill(cluster);
  await dialog.getByRole('button', { name: 'Reprovision' }).click();
  await seeEnd(page, 'Reprovision', 'Succeeded');

  await invite(page, erin.email, 'Operator');
  const hers = await ocim.visit();
  await register(hers, await ocim.mail.link(erin.email, 'register'), erin);
  await visitInstance(hers, 'cinder-arts');
  await hers.getByRole('button', { name: 'Actions', exact: true }).click();
  const menu = hers.getByRole('group', { name: /^Actions on / });
  await see(menu.getByRole('button', { name: 'Delete' }));
  const refused = menu.getByRole('button', { name: /^Reprovision cluster/ });
  await see(refused.filter({ hasText: 'Requires the Administrator role' }));
  expect(await refused.isDisabled()).toBe(true);
});

test('images are built, and the operation succeeds', async () => {
  const page = await ocim.page();
  await visitInstance(page, 'fjord-maritime');
  const dialog = await ask(page, 'Build images');
  expect(await dialog.getByLabel('Code repository').inputValue()).toMatch(/^https:\/\//);
  await look(page, dialog.getByText('Affects the cluster.'));
  await dialog.getByRole('textbox', { name: 'Reason (optional)' }).fill('A security fix.');
  await until('a preview of the reason', async () =>
    (await dialog.getByRole('button', { name: 'Build images' }).isEnabled()) ? true : undefined,
  );
  await dialog.getByRole('button', { name: 'Build images' }).click();
  await seeEnd(page, 'Build images', 'Succeeded');
});

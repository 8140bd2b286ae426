import type { Locator, Page } from 'playwright-core';
import { see, title } from './people';

/** Deploys a new instance, from the list of clusters on. */
export async function deploy(page: Page, cluster: string, name: string, platform: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Clusters' }).click();
  await page.getByRole('table', { name: 'Clusters' }).getByRole('link', { name: cluster }).click();
  await see(title(page, cluster));
  await page.getByRole('link', { name: 'Deploy a new instance' }).click();
  await see(title(page, 'Deploy a new instance'));
  await page.getByLabel('Instance name').fill(name);
  await see(page.getByText(`${name} is available.`));
  await writeYaml(page, 'Overrides (YAML)', `PLATFORM_NAME: ${platform}`);
  await page.getByLabel('Reason (optional)').fill('The school asked for it.');
  await page.getByRole('button', { name: 'Preview' }).click();
  await see(
    page.getByText(`Affects ${name}.`),
    page.getByText('Request to GitLab:'),
    page.getByText(`instances/${name}/config.yml`),
  );
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await see(title(page, name));
}

/** Writes into an editor, in place of what it holds, once it is more than the plain field it begins as. */
export async function writeYaml(page: Page, label: string, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: label }).and(page.locator('[contenteditable=true]'));
  await editor.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** A step of the operation that is shown, as in “Running, now”. */
export function step(page: Page, is: RegExp): Locator {
  return page.getByRole('list', { name: 'Progress' }).getByRole('listitem').filter({ hasText: is });
}

/** Watches a deployment from its page until the instance is active. */
export async function seeBecomeActive(page: Page): Promise<void> {
  await see(step(page, /^Running, (now|done)/), step(page, /^Succeeded, done/));
  await see(page.getByRole('main').getByText('Active', { exact: true }).first());
}

/** The row of an instance in the list. */
export function instanceRow(page: Page, name: string): Locator {
  return page.getByRole('table', { name: 'Instances' }).getByRole('row', { name });
}

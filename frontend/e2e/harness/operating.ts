import type { Locator, Page } from 'playwright-core';
import { see, title } from './people';

/** Opens an instance's page by the list. */
export async function visitInstance(page: Page, name: string): Promise<void> {
  await page.goto(`/instances?name=${name}`);
  await page.getByRole('table', { name: 'Instances' }).getByRole('link', { name, exact: true }).click();
  await see(title(page, name));
}

/** Asks for something in the menu of an instance whose page is open; gives the dialog. */
export async function ask(page: Page, action: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Actions', exact: true }).click();
  await page
    .getByRole('group', { name: /^Actions on / })
    .getByRole('button', { name: action, exact: true })
    .click();
  const dialog = page.getByRole('dialog');
  await see(dialog.getByRole('region', { name: 'Effects' }));
  return dialog;
}

/** The panel of an operation, such as “Operation: Archive”. */
export function operation(page: Page, what: string): Locator {
  return page.getByRole('region', { name: `Operation: ${what}` });
}

/** Waits until the operation that is shown has ended so. */
export async function seeEnd(
  page: Page,
  what: string,
  how: 'Succeeded' | 'Failed' | 'Canceled',
): Promise<void> {
  await see(
    operation(page, what).getByRole('banner').or(operation(page, what).locator('header')).getByText(how),
  );
}

/** Waits until the newest operation of an instance, of which its page keeps one line once it is over, has ended so. */
export async function seeOver(page: Page, what: string, how: 'Succeeded' | 'Canceled'): Promise<void> {
  const details = page.getByRole('button', { name: 'Details', exact: true });
  const line = page.getByRole('main').getByRole('paragraph').filter({ has: details });
  await see(line.getByText(what, { exact: true }), line.getByText(how, { exact: true }));
}

/** How the page's own calls say who it is; for calls that no screen makes. */
export async function bearerOf(page: Page): Promise<string> {
  const [request] = await Promise.all([
    page.waitForRequest((r) => r.headers().authorization !== undefined),
    page.reload(),
  ]);
  return request.headers().authorization ?? '';
}

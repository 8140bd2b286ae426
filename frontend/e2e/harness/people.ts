import type { Locator, Page } from 'playwright-core';
import type { Program } from './program';

export interface Person {
  name: string;
  email: string;
  password: string;
}

export const ada: Person = {
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  password: 'seventeen lamps over Lisbon',
};

export const erin: Person = {
  name: 'Erin Sato',
  email: 'erin@example.org',
  password: 'a kettle on the far hill',
};

export const finn: Person = {
  name: 'Finn Brady',
  email: 'finn@example.org',
  password: 'three hats on a long pier',
};

/** Waits until something can be seen. */
export async function see(...what: Locator[]): Promise<void> {
  for (const one of what) await one.waitFor({ state: 'visible' });
}

/** Waits until something can no longer be seen. */
export async function seeNoMore(what: Locator): Promise<void> {
  await what.waitFor({ state: 'hidden' });
}

/** The title of the page one is on. */
export function title(page: Page, name: string | RegExp): Locator {
  return page.getByRole('heading', { level: 1, name, ...(typeof name === 'string' ? { exact: true } : {}) });
}

/** Makes the first administrator by the link the program printed, who is then logged in. */
export async function setUp(page: Page, program: Program, person: Person = ada): Promise<void> {
  await page.goto('about:blank');
  await page.goto(program.setUpLink);
  await see(title(page, 'Welcome to Ocim'));
  await page.getByLabel('Your name').fill(person.name);
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await see(title(page, 'Overview'));
}

/** Fills in the log-in page that is open. */
export async function enterPassword(
  page: Page,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

export async function logIn(page: Page, person: Pick<Person, 'email' | 'password'> = ada): Promise<void> {
  await page.goto('/login');
  await see(title(page, 'Log in'));
  await enterPassword(page, person);
  await see(title(page, 'Overview'));
}

export async function logOut(page: Page, person: Person): Promise<void> {
  await page.getByRole('button', { name: `account menu for ${person.name}` }).click();
  await page.getByRole('group', { name: 'Account' }).getByRole('button', { name: 'Log out' }).click();
  await see(title(page, 'Logged out'));
}

/** Opens a page of the sidebar's administration, which is folded until it is needed. */
export async function visitAdministration(page: Page, name: string): Promise<void> {
  const pages = page.getByRole('navigation', { name: 'Pages' });
  const group = pages.getByRole('button', { name: 'Administration' });
  if ((await group.getAttribute('aria-expanded')) === 'false') await group.click();
  await pages.getByRole('link', { name, exact: true }).click();
}

/** Invites somebody, as the administrator whose page it is. */
export async function invite(page: Page, email: string, role = 'Viewer'): Promise<void> {
  await page.goto('/administration/invitations');
  await see(page.getByRole('heading', { name: 'Invite someone' }));
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Role on all clusters').selectOption({ label: role });
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await see(invitation(page, email).getByText('Waiting'));
}

/** The row of an invitation. */
export function invitation(page: Page, email: string): Locator {
  return page.getByRole('table', { name: 'Invitations' }).getByRole('row', { name: email });
}

/** Registers by the link of an invitation. */
export async function register(page: Page, link: string, person: Person): Promise<void> {
  await page.goto(link);
  await see(title(page, 'You’re invited'));
  await page.getByLabel('Your name').fill(person.name);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await see(title(page, 'Overview'));
}

/** Asks for a link that sets a new password. */
export async function requestReset(page: Page, email: string): Promise<void> {
  await page.goto('/login');
  await see(title(page, 'Log in'));
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  // The page before has an e-mail field, too.
  await see(title(page, 'Forgot password'));
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Send link' }).click();
  await see(title(page, 'Check your email'), page.getByText(`If ${email} has an account`));
}

/** Opens a link that sets a new password, and asks for this one. */
export async function resetPassword(page: Page, link: string, password: string): Promise<void> {
  await page.goto(link);
  await see(title(page, 'Choose a new password'));
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Change password' }).click();
}

import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import {
  ada,
  enterPassword,
  erin,
  freePort,
  invitation,
  invite,
  logIn,
  logOut,
  Provider,
  see,
  title,
  useOcim,
} from './harness';

let provider: Provider;

const ocim = useOcim(async () => {
  const port = await freePort();
  provider = await Provider.start(port);
  return { port, ...provider.settings };
});

afterAll(() => provider.stop());

const google = (page: Page) => page.getByRole('link', { name: 'Continue with Google' });

test('who was invited comes in with Google, to the page that was asked for', async () => {
  const administrator = await ocim.visit();
  await logIn(administrator);
  await invite(administrator, erin.email, 'Operator');

  await provider.is({ sub: 'erin', name: 'Erin at Google', email: erin.email, email_verified: true });
  const page = await ocim.visit();
  await page.goto('/instances?name=cinder');
  await see(title(page, 'Log in'));
  await google(page).click();
  await see(title(page, 'Instances'));
  expect(new URL(page.url()).search).toBe('?name=cinder');
  await page.goto('/account');
  expect(await page.getByLabel('Email').inputValue()).toBe(erin.email);
  expect(await page.getByLabel('Roles').inputValue()).toBe('Operator');
  await see(page.getByText('Google is linked'));
  await see(page.getByRole('table', { name: 'Sessions' }).getByRole('cell', { name: 'Google' }));

  await administrator.reload();
  await see(invitation(administrator, erin.email).getByText('Used'));
});

test('who has an account comes in with Google by a verified address only', async () => {
  await provider.is({ sub: 'mallory', name: 'Mallory', email: ada.email, email_verified: false });
  const mallory = await ocim.visit();
  await mallory.goto('/login');
  await google(mallory).click();
  await see(title(mallory, 'Log in'), mallory.getByRole('alert').getByText(/has no access/));

  await provider.is({ sub: 'ada', name: 'Ada', email: ada.email, email_verified: true });
  const page = await ocim.visit();
  await page.goto('/login');
  await google(page).click();
  await see(page.getByText(/Log in with its password to link your Google account/));
  await enterPassword(page, ada);
  await see(title(page, 'Overview'));
  await page.goto('/account');
  expect(await page.getByLabel('Roles').inputValue()).toBe('Administrator');
  await see(page.getByText('Google is linked'));

  // From then on the password is not asked for.
  await logOut(page, ada);
  await page.goto('/login');
  await google(page).click();
  await see(title(page, 'Overview'));
});

test('somebody from an allowed domain comes in, a stranger does not', async () => {
  await provider.is({ sub: 'eve', name: 'Eve', email: 'eve@elsewhere.example', email_verified: true });
  const eve = await ocim.visit();
  await eve.goto('/login');
  await google(eve).click();
  await see(title(eve, 'Log in'), eve.getByRole('alert').getByText(/has no access/));
  await eve.goto('/instances');
  await see(title(eve, 'Log in'));

  await provider.is({ sub: 'hana', name: 'Hana', email: 'hana@allowed.example', email_verified: true });
  const hana = await ocim.visit();
  await hana.goto('/login');
  await google(hana).click();
  await see(title(hana, 'Overview'));
  await hana.goto('/account');
  expect(await hana.getByLabel('Roles').inputValue()).toBe('Viewer');
});

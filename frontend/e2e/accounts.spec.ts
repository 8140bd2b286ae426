import { expect, test } from 'vitest';
import {
  ada,
  enterPassword,
  erin,
  invite,
  logIn,
  logOut,
  register,
  requestReset,
  resetPassword,
  see,
  setUp,
  title,
  useOcim,
} from './harness';

const ocim = useOcim({ administrator: false });

test('the set-up link makes one administrator, once', async () => {
  const page = await ocim.visit();
  await page.goto('/login');
  await see(page.getByText('Not set up yet'));

  await page.goto(ocim.program.setUpLink);
  await page.getByLabel('Your name').fill(ada.name);
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill('too short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await see(page.getByText(/Use at least 15 characters; this has 9\./));
  expect(page.url(), 'the link, once it was read').not.toContain('#');

  await setUp(page, ocim.program);
  await page.getByRole('button', { name: 'Administration' }).click();
  await see(page.getByRole('link', { name: 'People' }));
  const late = await ocim.visit();
  await late.goto(ocim.program.setUpLink);
  await see(title(late, 'Already set up'));
});

test('somebody is invited, registers, logs in and out, and replaces a forgotten password', async () => {
  const administrator = await ocim.visit();
  await logIn(administrator);
  await invite(administrator, erin.email, 'Operator');

  const page = await ocim.visit();
  await register(page, await ocim.mail.link(erin.email, 'register'), erin);
  await page.goto('/account');
  expect(await page.getByLabel('Email').inputValue()).toBe(erin.email);
  expect(await page.getByLabel('Roles').inputValue()).toBe('Operator');

  // Logging out is for every tab of the browser.
  const second = await page.context().newPage();
  await second.goto('/clusters');
  await see(title(second, 'Clusters'));
  await logOut(page, erin);
  await see(title(second, 'Logged out'));
  await second.goto('/clusters');
  await see(title(second, 'Log in'));
  await second.close();

  // Logging in leads to the requested page.
  await page.goto('/instances?name=cinder');
  await see(title(page, 'Log in'));
  await enterPassword(page, erin);
  await see(title(page, 'Instances'));
  expect(new URL(page.url()).search).toBe('?name=cinder');

  // Whether there is an account or not, the answer is the same.
  const forgetful = await ocim.visit();
  await requestReset(forgetful, 'nobody@example.org');
  await requestReset(forgetful, erin.email);
  const link = await ocim.mail.link(erin.email, 'reset');
  const changed = { ...erin, password: 'another kettle, another hill' };
  await resetPassword(forgetful, link, changed.password);
  await see(title(forgetful, 'Password changed'));

  // All sessions ended: the open page is at its log-in as soon as it asks for anything.
  ocim.expects(/^401 GET /);
  await page.getByRole('link', { name: 'Clusters', exact: true }).click();
  await page.reload();
  await see(title(page, 'Log in'));

  ocim.expects(/^401 POST \/function\/auth\/v1\/login$/);
  await forgetful.getByRole('link', { name: 'Log in' }).click();
  await enterPassword(forgetful, erin);
  await see(forgetful.getByRole('alert').getByText('Couldn’t log in'));
  await enterPassword(forgetful, changed);
  await see(title(forgetful, 'Overview'));

  // The link worked once.
  ocim.expects(/^4\d\d POST \/function\/auth\/v1\/password-resets\/redeem$/);
  const thief = await ocim.visit();
  await resetPassword(thief, link, 'a third kettle, a third hill');
  await see(thief.getByRole('alert').getByText('Couldn’t change the password'));
});

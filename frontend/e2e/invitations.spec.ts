import { test } from 'vitest';
import { ada, erin, finn, invitation, invite, logIn, logOut, register, see, title, useOcim } from './harness';

const ocim = useOcim();

test('an invitation is for one person, until it was used', async () => {
  const administrator = await ocim.visit();
  await logIn(administrator);
  await invite(administrator, erin.email);
  const link = await ocim.mail.link(erin.email, 'register');

  // Opened by who is logged in as somebody else.
  await administrator.goto(link);
  await see(title(administrator, 'This invitation is for somebody else'));
  await see(administrator.getByText(erin.email), administrator.getByText(ada.email));
  await administrator.getByRole('link', { name: 'Stay logged in' }).click();
  await see(title(administrator, 'Instances'));

  const page = await ocim.visit();
  await register(page, link, erin);
  await logOut(page, erin);
  await page.goto(link);
  await see(title(page, 'This invitation was used'));
  await administrator.goto('/administration/invitations');
  await see(invitation(administrator, erin.email).getByText('Used'));

  ocim.expects(/^404 POST \/function\/auth\/v1\/invitations\/lookup$/);
  await page.goto('about:blank');
  await page.goto('/register#made-up');
  await see(title(page, 'This invitation does not exist'));
});

test('an invitation that was revoked registers nobody, also when its page was open', async () => {
  const administrator = await ocim.visit();
  await logIn(administrator);
  await invite(administrator, finn.email);
  const link = await ocim.mail.link(finn.email, 'register');
  const early = await ocim.visit();
  await early.goto(link);
  await see(title(early, 'You are invited'));

  await invitation(administrator, finn.email)
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await see(invitation(administrator, finn.email).getByText('Revoked'));

  ocim.expects(/^4\d\d POST \/function\/auth\/v1\/invitations\/redeem$/);
  await early.getByLabel('Your name').fill(finn.name);
  await early.getByLabel('Password', { exact: true }).fill(finn.password);
  await early.getByRole('button', { name: 'Make the account' }).click();
  await see(early.getByRole('alert').getByText('The account was not made.'));
  const late = await ocim.visit();
  await late.goto(link);
  await see(title(late, 'This invitation was withdrawn'));
});

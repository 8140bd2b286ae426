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
  await see(title(administrator, 'This invitation is for someone else'));
  await see(administrator.getByText(erin.email), administrator.getByText(ada.email));
  await administrator.getByRole('link', { name: 'Stay logged in' }).click();
  await see(title(administrator, 'Overview'));

  const page = await ocim.visit();
  await register(page, link, erin);
  await logOut(page, erin);
  await page.goto(link);
  await see(title(page, 'This invitation has already been used'));
  await administrator.goto('/administration/invitations');
  await see(invitation(administrator, erin.email).getByText('Used'));

  ocim.expects(/^404 POST \/function\/auth\/v1\/invitations\/lookup$/);
  await page.goto('about:blank');
  await page.goto('/register#made-up');
  await see(title(page, 'This invitation doesn’t exist'));
});

test('an invitation that was revoked registers nobody, also when its page was open', async () => {
  const administrator = await ocim.visit();
  await logIn(administrator);
  await invite(administrator, finn.email);
  const link = await ocim.mail.link(finn.email, 'register');
  const early = await ocim.visit();
  await early.goto(link);
  await see(title(early, 'You’re invited'));

  await invitation(administrator, finn.email)
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await see(invitation(administrator, finn.email).getByText('Revoked'));

  ocim.expects(/^4\d\d POST \/function\/auth\/v1\/invitations\/redeem$/);
  await early.getByLabel('Your name').fill(finn.name);
  await early.getByLabel('Password', { exact: true }).fill(finn.password);
  await early.getByRole('button', { name: 'Create account' }).click();
  await see(early.getByRole('alert').getByText('Couldn’t create the account'));
  const late = await ocim.visit();
  await late.goto(link);
  await see(title(late, 'This invitation was revoked'));
});

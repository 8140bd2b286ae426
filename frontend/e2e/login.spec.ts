import { test } from 'vitest';
import {
  enterPassword,
  erin,
  finn,
  invitation,
  invite,
  logOut,
  register,
  requestReset,
  look,
  see,
  setUp,
  title,
  useOcim,
} from './harness';

const ocim = useOcim({ administrator: false });

test('axe finds no fault with what is in front of the door', async () => {
  const page = await ocim.visit();
  await page.goto('/login');
  await look(page, title(page, 'Log in'), page.getByText('Not set up yet'));
  await page.goto('/setup');
  await look(page, title(page, 'This link is incomplete'));
  await page.goto('about:blank');
  await page.goto(ocim.program.setUpLink);
  await page.getByRole('button', { name: 'Create account' }).click();
  await look(page, title(page, 'Welcome to Ocim'), page.getByText('Enter a name.'));
  await setUp(page, ocim.program);

  const guest = await ocim.visit();
  await guest.goto('/setup');
  await look(guest, title(guest, 'Already set up'));
  ocim.expects(/^401 POST \/function\/auth\/v1\/login$/);
  await guest.goto('/login?problem=refused');
  await enterPassword(guest, erin);
  await look(guest, guest.getByText('Couldn’t log in'), guest.getByText(/has no access/));
  await guest.goto('/forgot-password');
  await look(guest, title(guest, 'Forgot password'));
  await requestReset(guest, 'nobody@example.org');
  await look(guest, title(guest, 'Check your email'));
  await guest.goto('/reset');
  await look(guest, title(guest, 'This link is incomplete'));
  await guest.goto('about:blank');
  await guest.goto('/reset#token');
  await look(guest, title(guest, 'Choose a new password'));

  await invite(page, erin.email);
  await invite(page, finn.email);
  const link = await ocim.mail.link(erin.email, 'register');
  const revoked = await ocim.mail.link(finn.email, 'register');
  await invitation(page, finn.email)
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await see(invitation(page, finn.email).getByText('Revoked'));
  await page.goto(link);
  await look(page, title(page, 'This invitation is for someone else'));
  await guest.goto(link);
  await look(guest, title(guest, 'You’re invited'));
  await guest.goto('about:blank');
  await register(guest, link, erin);
  await logOut(guest, erin);
  await look(guest, title(guest, 'Logged out'));
  await guest.goto(link);
  await look(guest, title(guest, 'This invitation has already been used'));
  await guest.goto('about:blank');
  await guest.goto(revoked);
  await look(guest, title(guest, 'This invitation was revoked'));
  await guest.goto('/register');
  await look(guest, title(guest, 'This invitation doesn’t exist'));
});

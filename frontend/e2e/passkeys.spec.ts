import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ada, enterPassword, freePort, look, logOut, see, seeNoMore, title, useOcim } from './harness';

let pages = '';

// Browsers offer no passkeys at an address without a name.
const ocim = useOcim(async () => {
  const port = await freePort();
  pages = `http://localhost:${port}`;
  return { port, env: { OCIM_PUBLIC_URL: pages, OCIM_ADMINISTRATORS_NEED_PASSKEY: 'true' } };
});

/** Gives a page a device that holds passkeys and always finds its owner. */
async function giveDevice(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

test('an administrator adds a passkey, logs in with it, and with a recovery code without it', async () => {
  const page = await ocim.visit();
  await giveDevice(page);
  await page.goto(`${pages}/login`);
  await enterPassword(page, ada);
  await see(title(page, 'Overview'), page.getByText('Add a passkey to use your administrator role'));

  await page.getByRole('link', { name: 'Go to your account' }).click();
  const roles = page.getByLabel('Roles');
  expect(await roles.inputValue()).toBe('Operator');
  await page.getByLabel('Name').last().fill('Work laptop');
  await page.getByRole('button', { name: 'Add passkey' }).click();
  const codes = page.getByRole('status', { name: 'Recovery codes' });
  await look(page, codes, page.getByText('Administrators need a passkey here'));
  const [code = ''] =
    ((await codes.locator('code').textContent()) ?? '').match(/[a-z0-9]{4}(-[a-z0-9]{4}){3}/g) ?? [];
  expect(code).not.toBe('');
  await page.getByRole('button', { name: 'Done' }).click();
  await see(page.getByRole('table', { name: 'Passkeys' }).getByText('Work laptop'));
  await page.reload();
  await see(roles);
  expect(await roles.inputValue()).toBe('Administrator');
  await seeNoMore(page.getByText('Add a passkey to use your administrator role'));

  await logOut(page, ada);
  await page.goto(`${pages}/login`);
  await look(page, page.getByRole('button', { name: 'Log in with a passkey' }));
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await see(title(page, 'Overview'));

  // Somebody with the password alone does not get in.
  ocim.expects(/^403 POST \/function\/auth\/v1\/login$/);
  const other = await ocim.visit();
  await other.goto(`${pages}/login`);
  await enterPassword(other, ada);
  await look(other, other.getByText('Your account needs a passkey'), other.getByLabel('Recovery code'));
  await other.getByLabel('Recovery code').fill(code);
  await other.getByRole('button', { name: 'Log in', exact: true }).click();
  await see(title(other, 'Overview'));
  await other.goto(`${pages}/account`);
  await see(other.getByText('9 recovery codes left.'));

  // The code was for once.
  ocim.expects(/^422 POST \/function\/auth\/v1\/login$/);
  const third = await ocim.visit();
  await third.goto(`${pages}/login`);
  await enterPassword(third, ada);
  await third.getByLabel('Recovery code').fill(code);
  await third.getByRole('button', { name: 'Log in', exact: true }).click();
  await see(third.getByText('This recovery code is wrong or was used.'));
});

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Response } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { logIn, see, title, until, useOcim, visitAdministration } from './harness';

const ocim = useOcim();

/** Notes how the server answered each renewal that these tabs asked for. */
function renewals(tabs: Page[]): number[] {
  const seen: number[] = [];
  const note = (response: Response) => {
    if (response.url().endsWith('/auth/v1/refresh')) seen.push(response.status());
  };
  for (const tab of tabs) tab.on('response', note);
  return seen;
}

/** Whether both tabs can still go where only people go who are logged in. */
async function seeBothInside(first: Page, second: Page): Promise<void> {
  await first.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Clusters' }).click();
  await visitAdministration(second, 'People');
  await see(title(first, 'Clusters'), title(second, 'People'));
  await see(
    first.getByRole('link', { name: 'academy-do' }).first(),
    second.getByRole('cell', { name: 'ada@example.org' }),
  );
}

test('two tabs whose access runs out at once stay logged in', async () => {
  const browser = await ocim.visitor();
  const [first, second] = [await browser.newPage(), await browser.newPage()];
  await first.clock.install();
  await second.clock.install();
  await logIn(first);
  await second.goto('/instances');
  await see(title(second, 'Instances'));

  const seen = renewals([first, second]);
  await Promise.all([first.clock.fastForward('09:45'), second.clock.fastForward('09:45')]);
  await until('a renewal', () => seen[0]);
  await seeBothInside(first, second);
  expect(
    seen.every((status) => status === 200),
    `renewals: ${seen.join(', ')}`,
  ).toBe(true);
});

test('two tabs that cannot take turns stay logged in, too', async () => {
  const browser = await ocim.visitor();
  const [first, second] = [await browser.newPage(), await browser.newPage()];
  await logIn(first);
  // As in two windows that do not know of one another, such as after a restored session.
  await browser.addInitScript(() => {
    delete (Navigator.prototype as { locks?: unknown }).locks;
    delete (window as { BroadcastChannel?: unknown }).BroadcastChannel;
  });
  for (let round = 0; round < 5; round++) {
    await Promise.all([first.goto('/instances'), second.goto('/instances')]);
    await see(title(first, 'Instances'), title(second, 'Instances'));
    await seeBothInside(first, second);
  }
});

/** A gateway in front of the program that keeps the answer to each renewal for a while, and reports it. */
async function slowGateway(): Promise<{ origin: string; renewed: () => Promise<unknown> }> {
  const gateway = createServer((asked, answer) => {
    const headers = { ...asked.headers, connection: 'close' };
    const onward = request(
      new URL(asked.url ?? '/', ocim.program.origin),
      { method: asked.method, headers },
      (given) => {
        const renewal = asked.url?.endsWith('/auth/v1/refresh');
        if (renewal) gateway.emit('renewed');
        setTimeout(
          () => given.pipe(answer.writeHead(given.statusCode ?? 502, given.headers)),
          renewal ? 500 : 0,
        );
      },
    );
    asked.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  onTestFinished(() => void gateway.close());
  const { port } = gateway.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, renewed: () => once(gateway, 'renewed') };
}

test('who leaves a page before it knows who they are stays logged in', async () => {
  const { origin, renewed } = await slowGateway();
  const page = await ocim.page();
  for (let round = 0; round < 3; round++) {
    const gone = renewed();
    await page.goto(`${origin}/overview`, { waitUntil: 'commit' });
    await gone;
  }
  await page.goto(`${origin}/clusters`);
  await see(title(page, 'Clusters'));
});

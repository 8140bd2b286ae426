import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { logIn, see, useOcim } from './harness';

const ocim = useOcim();

const many = 10_000;
/** As fast as a hand turns a wheel: three rows a frame, for ten seconds. */
const step = 120;
const frames = 600;

/** Answers the list with many instances, made of those that there are. */
async function pretendMany(page: Page): Promise<void> {
  await page.route(/\/clusters\/v1\/instances(\?|$)/, async (route) => {
    const { 'if-none-match': _, ...headers } = route.request().headers();
    const response = await route.fetch({ headers });
    const list = (await response.json()) as { instances: { name: string }[]; total: number; next?: string };
    const some = list.instances;
    list.instances = Array.from({ length: many }, (_, n) => {
      const one = some[n % some.length];
      return { ...one, name: `${one?.name ?? ''}-${n}` };
    });
    list.total = many;
    delete list.next;
    await route.fulfill({ response, json: list });
  });
}

/** Scrolls down a step at each frame, and gives how long each frame took in ms. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(
    ({ step, frames }) =>
      new Promise<number[]>((resolve) => {
        const took: number[] = [];
        let last = performance.now();
        const frame = (now: number) => {
          took.push(now - last);
          last = now;
          window.scrollBy(0, step);
          if (took.length > frames) resolve(took.slice(1));
          else requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    { step, frames },
  );
}

/** Scrolls, and says how that went. */
async function measure(page: Page, what: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const worked = async () =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')
      ?.value ?? 0;
  const before = await worked();
  const took = (await scroll(page)).toSorted((a, b) => a - b);
  const busy = ((await worked()) - before) * 1000;
  await session.detach();
  const at = (share: number) => (took[Math.floor(share * (took.length - 1))] ?? 0).toFixed(1);
  const dropped = took.filter((ms) => ms > 25).length;
  process.stdout.write(
    `${what}: ${took.length} frames, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms, ` +
      `${dropped} late by half a frame and more; the main thread worked ${(busy / took.length).toFixed(1)} ms a frame\n`,
  );
  expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan((frames * step) / 2);
}

test('scrolling through ten thousand instances', async () => {
  const page = await ocim.visit();
  await logIn(page);
  await pretendMany(page);
  await page.goto('/instances');
  await see(page.getByText(`All ${many} shown`));
  await measure(page, `${many} instances`);
});

test('scrolling through as much plain text', async () => {
  const page = await ocim.visit();
  await page.setContent(
    `<pre>${'as long as the names and facts of one of the instances together, which is this\n'.repeat(many)}</pre>`,
  );
  await measure(page, `${many} lines of plain text`);
});

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { see } from './people';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe looks for in each scheme: schemes differ in colors only, so the second is asked for nothing else. */
const runOnly = {
  light: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  dark: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
};

/** Waits, in the page, until all colors are the scheme's. What inherits one fades a frame after its parent. */
async function faded(): Promise<void> {
  for (let still = 0; still < 2;) {
    await new Promise((done) => requestAnimationFrame(done));
    still = document.getAnimations().some((a) => a instanceof CSSTransition) ? 0 : still + 1;
  }
}

/** What axe finds wrong with a page as it is now, in light and in dark. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForFunction((query) => matchMedia(query).matches, `(prefers-color-scheme: ${scheme})`);
    await page.evaluate(faded);
    // What scrolled under the header would count as too small to be clicked.
    await page.evaluate(() => window.scrollTo(0, 0));
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
    const { violations } = await page.evaluate(
      (runOnly) =>
        (window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run({
          runOnly,
          resultTypes: ['violations'],
        }),
      runOnly[scheme],
    );
    for (const { id, help, nodes } of violations) {
      const where = `${scheme} ${new URL(page.url()).pathname}`;
      found.push(
        ...nodes.map((node) => `${where}: ${id}, ${help}: ${node.html} ${node.failureSummary ?? ''}`),
      );
    }
  }
  return found;
}

/** Looks at a screen for faults once what stands for the whole of it can be seen. Goes on when there are some. */
export async function look(page: Page, ...whole: Locator[]): Promise<void> {
  await see(...whole);
  expect.soft(await violations(page)).toEqual([]);
}

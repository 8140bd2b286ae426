import type { Page } from 'playwright-core';

/** What is looked at, in the page: text that is cut off without a title, and targets that are too small. */
function faultsInPage(): string[] {
  const found: string[] = [];
  const nameOf = (element: Element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} “${(element.textContent || element.getAttribute('aria-label') || '').trim().slice(0, 60)}”`;
  const hidden = (element: Element) =>
    !element.checkVisibility({ visibilityProperty: true }) ||
    element.closest('[aria-hidden=true]') !== null ||
    getComputedStyle(element).clipPath === 'inset(50%)';
  // Code, logs and diffs keep their lines, and scroll.
  const keepsLines = 'pre, .cm-editor, [role=log], table[aria-label^="Changes in"]';
  for (const element of document.body.querySelectorAll('*')) {
    if (!(element instanceof HTMLElement) || element.clientWidth <= 1) continue;
    const { overflowX, overflowY } = getComputedStyle(element);
    const wide = overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    const tall = /hidden|clip/.test(overflowY) && element.scrollHeight > element.clientHeight + 2;
    if (!(wide || tall) || (element.textContent || '').trim() === '') continue;
    if (hidden(element) || element.closest(keepsLines) || element.querySelector(keepsLines)) continue;
    if (element.closest('[title]')) continue;
    found.push(`cut off by ${element.scrollWidth - element.clientWidth} px: ${nameOf(element)}`);
  }
  const targets = 'a[href], button, input, select, textarea, summary, [role=treeitem], [role=tab]';
  for (const element of document.body.querySelectorAll(targets)) {
    // Links within text are as high as its lines.
    if (hidden(element) || getComputedStyle(element).display === 'inline') continue;
    // A label is part of the target.
    const boxes = [element, ...((element as HTMLInputElement).labels ?? [])].map((one) =>
      one.getBoundingClientRect(),
    );
    const [width, height] = [Math.max(...boxes.map((b) => b.width)), Math.max(...boxes.map((b) => b.height))];
    if (width === 0 || (width >= 23.5 && height >= 23.5)) continue;
    found.push(`a target of ${Math.round(width)} × ${Math.round(height)} px: ${nameOf(element)}`);
  }
  return [...new Set(found)];
}

/** What of a page is cut off, or too small to hit, at its present width. */
export function misfits(page: Page): Promise<string[]> {
  return page.evaluate(faultsInPage);
}

import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeAll, vi } from 'vitest';
import { confirmation } from '@/api/confirmation';

// Pages come in parts, and a busy machine takes its time.
configure({ asyncUtilTimeout: Number(process.env.OCIM_TEST_PATIENCE ?? 45_000) });

// Pages poll and their clocks tick by themselves: tests wait for what they expect, and wrap nothing in act.
beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});

// Files share their modules and their window: a test leaves nothing behind.
afterEach(() => {
  cleanup();
  confirmation.pending?.settle(false);
  localStorage.clear();
  sessionStorage.clear();
});

// jsdom lays nothing out: everything is a line in a window, so that virtual lists show their first rows.
Object.defineProperties(HTMLElement.prototype, {
  clientHeight: { configurable: true, get: () => 600 },
  clientWidth: { configurable: true, get: () => 1000 },
  offsetHeight: { configurable: true, get: () => 20 },
  offsetWidth: { configurable: true, get: () => 1000 },
});

// No style sheet is loaded here, and matching the browser's own against each element took a fifth of the
// tests' time: what an element says itself decides whether it is shown.
const neverShown = 'head, script, style, template, title, [hidden], dialog:not([open])';
// Accessible names have no space around what stands within a line.
const withinLines =
  'a, abbr, b, bdi, code, del, em, i, ins, kbd, label, mark, small, span, strong, sub, sup, time, u, svg, svg *';
window.getComputedStyle = (element) => {
  const style = document.createElement('i').style;
  style.cssText = (element as HTMLElement).style.cssText;
  if (!style.display) {
    style.display = element.matches(neverShown) ? 'none' : element.matches(withinLines) ? 'inline' : 'block';
  }
  style.visibility = element.closest<HTMLElement>('[style*="visibility"]')?.style.visibility || 'visible';
  return style;
};

class Observer {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}
vi.stubGlobal('ResizeObserver', Observer);
vi.stubGlobal('IntersectionObserver', Observer);

vi.stubGlobal('matchMedia', (query: string) => ({
  matches: query.includes('min-width'),
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
}));

// Newer browsers answer with a promise, which an effect must not return.
const scroll = (() => Promise.resolve()) as unknown as () => void;
Element.prototype.scrollIntoView = scroll;
Element.prototype.scrollTo = scroll;
window.scrollTo = () => undefined;
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};
HTMLElement.prototype.showPopover = function showPopover() {
  this.toggleAttribute('data-open', true);
};
HTMLElement.prototype.hidePopover = function hidePopover() {
  this.toggleAttribute('data-open', false);
};

// Fields that grow with their text wait for fonts.
Object.defineProperty(document, 'fonts', { configurable: true, value: new EventTarget() });

// CodeMirror measures text.
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
Range.prototype.getBoundingClientRect = () => new DOMRect();

// axe and the charts measure on a canvas, which jsdom has not.
HTMLCanvasElement.prototype.getContext = () => null;

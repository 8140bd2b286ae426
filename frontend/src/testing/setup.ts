import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// Pages come in parts, and a busy machine takes its time.
configure({ asyncUtilTimeout: Number(process.env.OCIM_TEST_PATIENCE ?? 45_000) });

afterEach(() => {
  cleanup();
});

// jsdom lays nothing out: everything is a line in a window, so that virtual lists show their first rows.
Object.defineProperties(HTMLElement.prototype, {
  clientHeight: { configurable: true, get: () => 600 },
  clientWidth: { configurable: true, get: () => 1000 },
  offsetHeight: { configurable: true, get: () => 20 },
  offsetWidth: { configurable: true, get: () => 1000 },
});

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

Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
window.scrollTo = () => undefined;
HTMLElement.prototype.showPopover = function showPopover() {
  this.toggleAttribute('data-open', true);
};
HTMLElement.prototype.hidePopover = function hidePopover() {
  this.toggleAttribute('data-open', false);
};

// Fields that grow with their text wait for fonts.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

// CodeMirror measures text.
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
Range.prototype.getBoundingClientRect = () => new DOMRect();

import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import type { RequestHandler } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { session } from '@/api/client';
import { createHandlers } from '@/mocks/handlers';
import { createWorld, type World } from '@/mocks/world';
import { createOcimRouter } from '@/router';

/** A mock API with a fresh world for each test of a file. */
export function mockWorld() {
  let world = createWorld();
  const server = setupServer(...createHandlers(() => world));
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  beforeEach(() => {
    world = createWorld();
  });
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return {
    get world(): World {
      return world;
    },
    /** Answers otherwise, until the end of the test. */
    use: (...handlers: RequestHandler[]) => server.use(...handlers),
  };
}

export { mockWorld as useWorld };

/** Shows the whole application at an address. */
export function open(address: string) {
  const router = createOcimRouter({ session }, createMemoryHistory({ initialEntries: [address] }));
  const shown = render(<RouterProvider router={router} />);
  return { ...shown, router, user: userEvent.setup() };
}

/** What axe finds wrong, as lines to compare with none. Colors need a browser, and are tested there. */
export async function faults(element: Element = document.body): Promise<string[]> {
  const { violations } = await axe.run(element, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { 'color-contrast': { enabled: false } },
  });
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
}

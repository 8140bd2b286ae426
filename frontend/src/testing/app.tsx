import { EditorView } from '@codemirror/view';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { session } from '@/api/client';
import type { Role, User } from '@/api/types';
import { createOcimRouter } from '@/router';
import { ada } from './fixtures/people';

export { fixtureApi } from './api';
export { problem } from './problem';

/** Logs a person in before a page is shown. */
export function signIn(role: Role = 'administrator', more: Partial<User> = {}) {
  const user = { ...ada, role, ...more };
  session.enter({ accessToken: 'a', expiresAt: new Date(Date.now() + 600_000).toISOString(), user });
}

/** Shows the whole application at an address. */
export function open(address: string) {
  const router = createOcimRouter({ session }, createMemoryHistory({ initialEntries: [address] }));
  const shown = render(<RouterProvider router={router} />);
  return { ...shown, router, user: userEvent.setup() };
}

/** The editor of a text, once it has come in place of the plain field. */
export function editor(label: string): Promise<EditorView> {
  return waitFor(() => {
    const view = EditorView.findFromDOM(screen.getByLabelText(label));
    if (view === null) throw new Error(`${label} is still a plain field`);
    return view;
  });
}

/** What axe finds wrong, as lines to compare with none. Colors need a browser, and are tested there. */
export async function faults(element: Element = document.body): Promise<string[]> {
  const { violations } = await axe.run(element, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { 'color-contrast': { enabled: false } },
  });
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
}

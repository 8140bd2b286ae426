import { onlineManager } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { session } from '@/api/client';
import { Session } from '@/api/session';
import { createOcimRouter } from '@/router';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { page, zenith } from '@/testing/fixtures/fleet';
import { signedIn } from '@/testing/fixtures/people';

const api = fixtureApi();

beforeEach(() => {
  localStorage.clear();
  signIn();
});

afterEach(() => onlineManager.setOnline(true));

async function openTree() {
  const shown = open('/instances');
  const tree = await screen.findByRole('tree', { name: 'Clusters and instances' });
  const active = () =>
    document.getElementById(tree.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '';
  const press = (...keys: string[]) => {
    for (const key of keys) fireEvent.keyDown(tree, { key });
  };
  return { ...shown, tree, active, press };
}

describe('the sidebar', () => {
  test('is a tree by keyboard: folds, moves, finds by letter and follows', async () => {
    const { tree, active, press, router } = await openTree();
    expect(active()).toMatch(/^campus-aws/);
    const cluster = within(tree).getByRole('treeitem', { name: /^campus-aws/ });
    expect(cluster).toHaveAttribute('aria-expanded', 'true');
    press('ArrowLeft');
    expect(cluster).toHaveAttribute('aria-expanded', 'false');
    press('ArrowDown');
    expect(active()).toMatch(/^learn-do/);
    press('Home', 'ArrowRight', 'ArrowRight');
    expect(active()).toMatch(/^academy/);
    press('m');
    expect(active()).toMatch(/^m/);
    press('ArrowLeft');
    expect(active()).toMatch(/^campus-aws/);
    press('ArrowDown', 'Enter');
    await waitFor(() =>
      expect(router.state.location.pathname).toBe('/clusters/campus-aws/instances/academy'),
    );
  });

  test('says each position and status', async () => {
    const { tree } = await openTree();
    const first = within(tree).getByRole('treeitem', { name: /^academy/ });
    expect(first).toHaveAttribute('aria-level', '2');
    expect(first).toHaveAttribute('aria-posinset', '1');
    expect(first).toHaveAttribute('aria-setsize', '8');
    expect(within(tree).getByRole('treeitem', { name: /^campus-aws.*worst: failed/ })).toBeVisible();
  });

  test('filters by its own box', async () => {
    const { tree, user } = await openTree();
    await user.type(screen.getByLabelText('Filter clusters and instances'), 'zen');
    await waitFor(() => expect(within(tree).queryByText('academy')).not.toBeInTheDocument());
    expect(within(tree).getByText('zenith')).toBeVisible();
    await user.clear(screen.getByLabelText('Filter clusters and instances'));
    await user.type(screen.getByLabelText('Filter clusters and instances'), 'no such thing');
    expect(await screen.findByText('No results')).toBeVisible();
  });

  test('remembers what was folded', async () => {
    const { press, unmount } = await openTree();
    press('ArrowLeft');
    unmount();
    const again = await openTree();
    expect(within(again.tree).getByRole('treeitem', { name: /^campus-aws/ })).toHaveAttribute(
      'aria-expanded',
      'false',
    );
  });

  test('that cannot be loaded leaves the page alone', async () => {
    api.use(http.get('*/function/clusters/v1/clusters', () => new HttpResponse('', { status: 403 })));
    open('/instances');
    expect(await screen.findByText('Couldn’t load the clusters.')).toBeVisible();
    expect(await screen.findByRole('table', { name: 'Instances' })).toBeVisible();
  });
});

describe('the header', () => {
  test('counts the running pipelines', async () => {
    open('/instances');
    expect(await screen.findByRole('button', { name: '1 pipeline running' })).toBeVisible();
  });

  test('offers what the role allows', async () => {
    signIn('viewer');
    open('/instances');
    await screen.findByRole('table', { name: 'Instances' });
    expect(screen.queryByText('Add GitLab project')).not.toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'People' })).not.toBeInTheDocument();
  });
});

describe('keys', () => {
  test('g c goes to the clusters, / to the filter, j along the rows', async () => {
    const { router } = open('/instances');
    await screen.findByRole('link', { name: 'academy' });
    fireEvent.keyDown(document.body, { key: '/' });
    expect(screen.getByLabelText('Filter by name')).toHaveFocus();
    act(() => screen.getByLabelText('Filter by name').blur());
    fireEvent.keyDown(document.body, { key: 'j' });
    // The list begins with the worst.
    expect(screen.getByRole('link', { name: 'meridian' })).toHaveFocus();
    fireEvent.keyDown(document.body, { key: 'g' });
    fireEvent.keyDown(document.body, { key: 'c' });
    await waitFor(() => expect(router.state.location.pathname).toBe('/clusters'));
  });

  test('? lists them', async () => {
    open('/instances');
    await screen.findByRole('table', { name: 'Instances' });
    fireEvent.keyDown(document.body, { key: '?' });
    const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(dialog).toHaveTextContent('Go to instances');
    expect(await faults(dialog)).toEqual([]);
  });

  test('Ctrl K finds an instance and goes there', async () => {
    const { router, user } = open('/clusters');
    await screen.findByRole('table', { name: 'Clusters' });
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    await user.type(await screen.findByRole('textbox', { name: 'Search or run' }), 'zenith');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toMatch(/\/instances\/zenith$/));
  });
});

test('being offline is said, and what was loaded stays', async () => {
  open('/instances');
  await screen.findByRole('link', { name: 'academy' });
  act(() => onlineManager.setOnline(false));
  expect(await screen.findByText(/You’re offline/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'academy' })).toBeVisible();
});

test('whose session has ended logs in and comes back', async () => {
  api.answers({
    'GET /clusters/v1/instances': page([zenith]),
    'POST /auth/v1/refresh': problem(401, 'Please log in.'),
    'POST /auth/v1/login': signedIn,
  });
  const { router, user } = open('/instances?name=zen');
  await screen.findByRole('link', { name: 'zenith' });
  await act(() => session.renew(session.state.kind === 'in' ? session.state.accessToken : undefined));
  await user.type(await screen.findByLabelText('Email'), 'ada@example.org');
  await user.type(screen.getByLabelText('Password'), 'correct horse');
  await user.click(screen.getByRole('button', { name: 'Log in' }));
  expect(await screen.findByRole('link', { name: 'zenith' })).toBeVisible();
  await waitFor(() => expect(router.state.location.search).toMatchObject({ name: 'zen' }));
});

test('an address that leads nowhere says so within the frame', async () => {
  open('/no/such/page');
  expect(await screen.findByRole('heading', { name: 'Not found' })).toBeVisible();
});

test('a server that does not answer is reported, and can be tried again', async () => {
  let down = true;
  const fresh = new Session({
    fetch: (request) => (down ? Promise.reject(new TypeError('refused')) : fetch(request)),
    baseUrl: 'http://localhost/function',
  });
  const history = createMemoryHistory({ initialEntries: ['/clusters'] });
  render(<RouterProvider router={createOcimRouter({ session: fresh }, history)} />);
  expect(await screen.findByRole('alert')).toHaveTextContent('Couldn’t reach Ocim.');
  expect(await faults()).toEqual([]);
  down = false;
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Clusters', level: 1 })).toBeVisible();
});

import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Role } from '@/api/types';
import { problem } from '@/mocks/problem';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

function enter(role: Role) {
  mock.world.user = { ...mock.world.user, role };
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: mock.world.user,
  });
}

beforeEach(() => enter('administrator'));

const menu = () => screen.findByLabelText('Views');
const press = async (user: ReturnType<typeof open>['user'], name: string) =>
  user.click(within(await menu()).getByRole('button', { name, hidden: true }));

test('a view is chosen, and its link shows it', async () => {
  const { router, user } = open('/instances');
  await screen.findByRole('table', { name: 'Instances' });
  await user.click(within(await menu()).getByRole('link', { name: /^Failed on AWS/, hidden: true }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?provider=aws&health=failed&view=v1'));
  expect(await screen.findByRole('button', { name: 'View: Failed on AWS' })).toBeVisible();
  expect(screen.queryByText('Unsaved changes')).not.toBeInTheDocument();
  expect(await faults()).toEqual([]);
});

test('a link that only names a view shows what it shows', async () => {
  const { router } = open('/instances?view=v2');
  await waitFor(() =>
    expect(router.state.location.searchStr).toBe('?release=redwood.3&sort=changed&view=v2'),
  );
  expect(await screen.findByRole('button', { name: 'View: Old releases' })).toBeVisible();
});

test('what is shown is saved as a new view, shared and first', async () => {
  const { router, user } = open('/instances?health=degraded');
  await screen.findByRole('table', { name: 'Instances' });
  await press(user, 'Save as new view…');
  const dialog = await screen.findByRole('dialog', { name: 'Save as new view' });
  expect(await faults(dialog)).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  expect(within(dialog).getByLabelText('Name')).toHaveAccessibleDescription('Enter a name.');
  await user.type(within(dialog).getByLabelText('Name'), 'Weak');
  await user.click(within(dialog).getByRole('checkbox', { name: /Share with/ }));
  await user.click(within(dialog).getByRole('checkbox', { name: /Make default/ }));
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('button', { name: 'View: Weak' })).toBeVisible();
  expect(mock.world.views.at(-1)).toMatchObject({ name: 'Weak', query: 'health=degraded', shared: true });
  expect(mock.world.defaultView).toBe('v3');
  expect(router.state.location.search).toMatchObject({ view: 'v3' });
});

test('the default view comes first, and all instances can still be had', async () => {
  mock.world.defaultView = 'v1';
  const { router, user } = open('/instances');
  await waitFor(() => expect(router.state.location.searchStr).toBe('?provider=aws&health=failed&view=v1'));
  await user.click(await screen.findByRole('button', { name: 'Clear all' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?view=all'));
  const live = mock.world.instances.filter((i) => ['pending', 'active'].includes(i.lifecycle));
  expect(await screen.findByText(`All ${live.length} shown`)).toBeVisible();
});

test('changes are marked, can be undone, and are saved on demand', async () => {
  const { router, user } = open('/instances?view=v1');
  await user.click(await screen.findByRole('button', { name: 'Remove filter Provider: AWS' }));
  expect(await screen.findByText('Unsaved changes')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(router.state.location.searchStr).toMatch(/provider=aws/));
  await user.click(await screen.findByRole('button', { name: 'Remove filter Provider: AWS' }));
  await user.click(await screen.findByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByText('Unsaved changes')).not.toBeInTheDocument());
  expect(mock.world.views[0]?.query).toBe('health=failed');
});

test('is renamed, made first and deleted', async () => {
  const { router, user } = open('/instances?view=v1');
  await screen.findByRole('button', { name: 'View: Failed on AWS' });
  await press(user, 'Make default');
  await waitFor(() => expect(mock.world.defaultView).toBe('v1'));
  await press(user, 'Rename or share…');
  const dialog = await screen.findByRole('dialog', { name: /^Rename or share/ });
  await user.clear(within(dialog).getByLabelText('Name'));
  await user.type(within(dialog).getByLabelText('Name'), 'Red');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('button', { name: 'View: Red' })).toBeVisible();
  await press(user, 'Delete…');
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(mock.world.views.map((v) => v.id)).toEqual(['v2']));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?provider=aws&health=failed'));
});

test('who owns no view may choose it and show it first, not change it', async () => {
  enter('viewer');
  const { user } = open('/instances?view=v2&name=a');
  expect(await screen.findByText('Unsaved changes')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Save' })).not.toBeInTheDocument();
  expect(within(await menu()).queryByText('Delete…')).not.toBeInTheDocument();
  await press(user, 'Make default');
  await waitFor(() => expect(mock.world.defaultView).toBe('v2'));
  await press(user, 'Save as new view…');
  expect(await screen.findByRole('checkbox', { name: /Share with/ })).toBeDisabled();
});

test('a link to a view that is not there shows the instances, and says so', async () => {
  open('/instances?view=v9');
  expect(await screen.findByText('This view doesn’t exist or isn’t shared with you.')).toBeVisible();
  expect(await screen.findByRole('table', { name: 'Instances' })).toBeVisible();
});

test('what the API refuses stands in the dialog', async () => {
  mock.use(
    http.post('*/function/clusters/v1/views', () =>
      problem(409, 'There are 100 views already. Delete one first.'),
    ),
  );
  const { user } = open('/instances?name=a');
  await screen.findByRole('table', { name: 'Instances' });
  await press(user, 'Save as new view…');
  await user.type(await screen.findByLabelText('Name'), 'One more');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('There are 100 views already.');
});

import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { View } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();
const route = '/clusters/v1/views';

const failed: View = {
  id: 'v1',
  name: 'Failed on AWS',
  query: 'health=failed&provider=aws',
  shared: false,
  owner: 'u1',
  ownerName: 'Ada Okafor',
  updatedAt: ago(60),
};
const old: View = {
  ...failed,
  id: 'v2',
  name: 'Old releases',
  query: 'release=redwood.3&sort=changed',
  shared: true,
  owner: 'u2',
  ownerName: 'Bruno Keller',
};
const list = (views: View[], first?: string) =>
  ({ [`GET ${route}`]: { views, ...(first === undefined ? {} : { default: first }) } }) as const;
/** What the API answers to a change, and gives from then on. */
const changed = (view: View, ...next: Parameters<typeof list>) =>
  api.answers({ [`PUT ${route}/{view}`]: api.andThen(view, list(...next)) });
const put = () =>
  api.sent(`PUT ${route}/{view}`).map(({ params, body }) => ({ view: params.view, ...(body as object) }));

beforeEach(() => {
  signIn();
  api.answers(list([failed, old]));
});

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
  const weak = { ...failed, id: 'v3', name: 'Weak', query: 'health=degraded', shared: true };
  api.answers({ [`POST ${route}`]: api.andThen(weak, list([failed, old, weak], 'v3')) });
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
  expect(api.bodies(`POST ${route}`)).toEqual([
    { name: 'Weak', query: 'health=degraded', shared: true, default: true },
  ]);
  expect(router.state.location.search).toMatchObject({ view: 'v3' });
});

test('the default view comes first, and all instances can still be had', async () => {
  api.answers(list([failed, old], 'v1'));
  const { router, user } = open('/instances');
  await waitFor(() => expect(router.state.location.searchStr).toBe('?provider=aws&health=failed&view=v1'));
  await user.click(await screen.findByRole('button', { name: 'Clear all' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?view=all'));
  await waitFor(() =>
    expect(api.sent('GET /clusters/v1/instances').at(-1)?.query).not.toHaveProperty('provider'),
  );
  expect(await screen.findByText('All 9 shown')).toBeVisible();
});

test('changes are marked, can be undone, and are saved on demand', async () => {
  const { router, user } = open('/instances?view=v1');
  await user.click(await screen.findByRole('button', { name: 'Remove filter Provider: AWS' }));
  expect(await screen.findByText('Unsaved changes')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(router.state.location.searchStr).toMatch(/provider=aws/));
  await user.click(await screen.findByRole('button', { name: 'Remove filter Provider: AWS' }));
  const saved = { ...failed, query: 'health=failed' };
  changed(saved, [saved, old]);
  await user.click(await screen.findByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByText('Unsaved changes')).not.toBeInTheDocument());
  expect(put()).toMatchObject([{ view: 'v1', name: 'Failed on AWS', query: 'health=failed' }]);
});

test('is renamed, made first and deleted', async () => {
  const { router, user } = open('/instances?view=v1');
  await screen.findByRole('button', { name: 'View: Failed on AWS' });
  changed(failed, [failed, old], 'v1');
  await press(user, 'Make default');
  await waitFor(() => expect(put()).toMatchObject([{ view: 'v1', default: true }]));
  const red = { ...failed, name: 'Red' };
  changed(red, [red, old], 'v1');
  await press(user, 'Rename or share…');
  const dialog = await screen.findByRole('dialog', { name: /^Rename or share/ });
  await user.clear(within(dialog).getByLabelText('Name'));
  await user.type(within(dialog).getByLabelText('Name'), 'Red');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('button', { name: 'View: Red' })).toBeVisible();
  expect(put().at(-1)).toMatchObject({ view: 'v1', name: 'Red' });
  api.answers({ [`DELETE ${route}/{view}`]: api.andThen(null, list([old])) });
  await press(user, 'Delete…');
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(api.sent(`DELETE ${route}/{view}`)[0]?.params).toEqual({ view: 'v1' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?provider=aws&health=failed'));
});

test('who owns no view may choose it and show it first, not change it', async () => {
  signIn('viewer');
  const { user } = open('/instances?view=v2&name=a');
  expect(await screen.findByText('Unsaved changes')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Save' })).not.toBeInTheDocument();
  expect(within(await menu()).queryByText('Delete…')).not.toBeInTheDocument();
  changed(old, [failed, old], 'v2');
  await press(user, 'Make default');
  await waitFor(() => expect(put()).toMatchObject([{ view: 'v2', query: old.query, default: true }]));
  await press(user, 'Save as new view…');
  expect(await screen.findByRole('checkbox', { name: /Share with/ })).toBeDisabled();
});

test('a link to a view that is not there shows the instances, and says so', async () => {
  open('/instances?view=v9');
  expect(await screen.findByText('This view doesn’t exist or isn’t shared with you.')).toBeVisible();
  expect(await screen.findByRole('table', { name: 'Instances' })).toBeVisible();
});

test('what the API refuses stands in the dialog', async () => {
  api.answers({ [`POST ${route}`]: problem(409, 'There are 100 views already. Delete one first.') });
  const { user } = open('/instances?name=a');
  await screen.findByRole('table', { name: 'Instances' });
  await press(user, 'Save as new view…');
  await user.type(await screen.findByLabelText('Name'), 'One more');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('There are 100 views already.');
});

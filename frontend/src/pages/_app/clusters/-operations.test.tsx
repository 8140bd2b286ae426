import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Role } from '@/api/types';
import { faults, mockWorld, open } from '@/testing/app';

const api = mockWorld();

function enter(role: Role) {
  const user = { ...api.world.user, role };
  session.enter({ accessToken: 'a', expiresAt: new Date(Date.now() + 600_000).toISOString(), user });
}

beforeEach(() => enter('administrator'));

function instance(lifecycle: 'active' | 'archived' = 'active') {
  const found = api.world.instances.find((i) => i.lifecycle === lifecycle && i.cluster === 'campus-aws');
  if (!found) throw new Error(`nothing is ${lifecycle}`);
  return { name: found.name, address: `/clusters/${found.cluster}/instances/${found.name}` };
}

async function choose(user: ReturnType<typeof open>['user'], action: string) {
  await user.click(await screen.findByText(action, { selector: 'button' }));
  return screen.findByRole('dialog');
}

test('archiving shows what happens and what is sent, and starts once', async () => {
  const { address, name } = instance();
  const { user, router } = open(address);
  const dialog = await choose(user, 'Archive');
  expect(await within(dialog).findByText('The instance is taken off the cluster')).toBeVisible();
  expect(dialog).toHaveTextContent('/api/v4/projects/4201/trigger/pipeline');
  expect(dialog).toHaveTextContent('(4 earlier runs)');
  expect(await faults(dialog)).toEqual([]);
  const button = within(dialog).getByRole('button', { name: 'Archive' });
  await waitFor(() => expect(button).toBeEnabled());
  await user.dblClick(button);
  await screen.findByRole('heading', { name: 'Operation: Archive' });
  expect(api.world.operations.filter((o) => o.instance === name)).toHaveLength(1);
  expect(router.state.location.search).toEqual({ operation: 'op1' });
});

test('a reason belongs to what is previewed: until it is, nothing can be started', async () => {
  const { user } = open(instance().address);
  const dialog = await choose(user, 'Archive');
  const button = within(dialog).getByRole('button', { name: 'Archive' });
  await waitFor(() => expect(button).toBeEnabled());
  await user.type(within(dialog).getByRole('textbox', { name: 'Reason (optional)' }), 'end of term');
  expect(button).toBeDisabled();
  await waitFor(() => expect(button).toBeEnabled());
  expect(dialog).toHaveTextContent('"note": "end of term"');
  await user.click(button);
  await waitFor(() => expect(api.world.operations[0]?.reason).toBe('end of term'));
});

test('deleting takes the typed name', async () => {
  const { address, name } = instance();
  const { user } = open(address);
  const dialog = await choose(user, 'Delete');
  expect(await within(dialog).findByText('Data is lost for good')).toBeVisible();
  const button = within(dialog).getByRole('button', { name: 'Delete permanently' });
  const field = within(dialog).getByRole('textbox', { name: `Type ${name}` });
  await user.type(field, name.slice(0, -1));
  expect(button).toBeDisabled();
  await user.type(field, name.slice(-1));
  await waitFor(() => expect(button).toBeEnabled());
  expect(await faults(dialog)).toEqual([]);
  await user.click(button);
  await waitFor(() => expect(api.world.operations[0]).toMatchObject({ kind: 'delete', instance: name }));
});

test('what is protected is not archived, until the protection is lifted', async () => {
  const { address, name } = instance();
  api.world.protections.set(`campus-aws/${name}`, {
    instance: name,
    protected: true,
    by: 'bruno@example.org',
  });
  const { user } = open(address);
  expect(await screen.findByText(/^Protected by bruno@example.org/)).toBeVisible();
  for (const kept of ['Archive', 'Delete']) {
    const button = screen.getByText(kept, { selector: 'button' });
    await waitFor(() => expect(button).toBeDisabled());
    expect(button).toHaveTextContent('Protected; unprotect it first');
  }
  const lift = await choose(user, 'Unprotect');
  await user.click(within(lift).getByRole('button', { name: 'Unprotect' }));
  await screen.findByText('Protect', { selector: 'button' });
  expect(screen.queryByText(/^Protected by/)).toBeNull();
  expect(api.world.protections.get(`campus-aws/${name}`)?.protected).toBe(false);
});

test('building images asks for the code first', async () => {
  const { user } = open(instance().address);
  const dialog = await choose(user, 'Build images');
  await user.click(within(dialog).getByRole('textbox', { name: 'Code repository' }));
  await user.paste('https://github.com/openedx/edx-platform');
  const button = within(dialog).getByRole('button', { name: 'Build images' });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
  await waitFor(() => expect(api.world.operations[0]).toMatchObject({ kind: 'buildImages', instance: '' }));
});

test('reprovisioning is for administrators, and says why it is switched off', async () => {
  const { user } = open(instance().address);
  const dialog = await choose(user, 'Reprovision cluster');
  expect(await within(dialog).findByText(/switched off for this cluster/)).toBeVisible();
  expect(within(dialog).getByRole('button', { name: 'Reprovision' })).toBeDisabled();
});

test('an archived instance can be unarchived', async () => {
  const { user } = open(instance('archived').address);
  const dialog = await choose(user, 'Unarchive');
  await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Unarchive' })).toBeEnabled());
});

test('operators have no reprovisioning, viewers no actions', async () => {
  enter('operator');
  const { unmount } = open(instance().address);
  await waitFor(() => expect(screen.getByText('Delete', { selector: 'button' })).toBeEnabled());
  const reprovision = screen.getByText('Reprovision cluster', { selector: 'button' });
  expect(reprovision).toBeDisabled();
  expect(reprovision).toHaveTextContent('Requires the Administrator role');
  unmount();
  enter('viewer');
  open(instance().address);
  await screen.findByRole('link', { name: 'Configuration' });
  for (const refused of ['Archive', 'Build images', 'Protect', 'Delete']) {
    const button = screen.getByText(refused, { selector: 'button' });
    expect(button).toBeDisabled();
    expect(button).toHaveTextContent('Requires the Operator role');
  }
  expect(screen.queryByRole('link', { name: 'Update' })).toBeNull();
});

test('a refused start says why, and the same key is sent again', async () => {
  const keys: (string | null)[] = [];
  api.use(
    http.post('*/clusters/:c/operations', ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key'));
      return HttpResponse.json(
        { status: 502, detail: 'GitLab refused the trigger token. Rotate it.' },
        { status: 502 },
      );
    }),
  );
  const { user } = open(instance().address);
  const dialog = await choose(user, 'Archive');
  const button = within(dialog).getByRole('button', { name: 'Archive' });
  for (let i = 0; i < 2; i++) {
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    expect(await within(dialog).findByText('Couldn’t start the operation')).toBeVisible();
    await waitFor(() => expect(keys).toHaveLength(i + 1));
  }
  expect(new Set(keys).size).toBe(1);
});

test('what waits can be withdrawn', async () => {
  const { address, name } = instance();
  api.world.operations.unshift({
    id: 'w1', cluster: 'campus-aws', instance: name, kind: 'update', state: 'requested', deploymentId: '1',
    requestedBy: 'ada@example.org', requestedAt: new Date().toISOString(),
  }); // prettier-ignore
  const { user } = open(address);
  await user.click(await screen.findByRole('button', { name: 'Withdraw' }));
  expect(await screen.findByText('Withdrawn by ada@example.org')).toBeVisible();
});

test('what waits for a setting says so and can be resumed', async () => {
  const { address, name } = instance();
  api.world.operations.unshift({
    id: 'w1', cluster: 'campus-aws', instance: name, kind: 'update', state: 'requested', deploymentId: '1',
    requestedBy: 'ada@example.org', requestedAt: new Date().toISOString(), waitingFor: 'setting',
  }); // prettier-ignore
  const { user } = open(address);
  expect(await screen.findByText('Waiting for a changed setting. Resume when it is fixed.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Resume' })).not.toBeInTheDocument());
  expect(screen.getByRole('button', { name: 'Withdraw' })).toBeVisible();
});

const waiting = (id: string, instance: string, state: 'running' | 'requested') => ({
  id, cluster: 'campus-aws', instance, kind: 'update' as const, state, deploymentId: id,
  requestedBy: 'ada@example.org', requestedAt: new Date().toISOString(),
}); // prettier-ignore

test('a cluster shows what runs and what waits, in order, and what waits can be withdrawn', async () => {
  api.world.operations.unshift(waiting('w2', 'second', 'requested'), waiting('w1', 'first', 'running'));
  const { user } = open('/clusters/campus-aws');
  const queue = await screen.findByRole('list', { name: 'Queued operations' });
  const entries = within(queue).getAllByRole('listitem');
  expect(entries.map((e) => e.textContent)).toEqual([
    expect.stringMatching(/^RunningUpdate first/),
    expect.stringMatching(/^WaitingUpdate second/),
  ]);
  expect(await faults()).toEqual([]);
  await user.click(within(queue).getByRole('button', { name: 'Withdraw Update second' }));
  await waitFor(() => expect(within(queue).getAllByRole('listitem')).toHaveLength(1));
  expect(api.world.operations.find((o) => o.id === 'w2')?.state).toBe('canceled');
});

test('a viewer sees the queue, and withdraws nothing', async () => {
  enter('viewer');
  api.world.operations.unshift(waiting('w1', 'first', 'requested'));
  open('/clusters/campus-aws');
  await screen.findByRole('list', { name: 'Queued operations' });
  expect(screen.queryByRole('button', { name: /^Withdraw/ })).toBeNull();
});

test.each([
  [
    'failed',
    'GitLab refuses the trigger token (401). Make one in the project’s settings and enter a new one.',
  ],
  ['requested', 'GitLab was asked too often (429); it is tried again by itself.'],
] as const)('what GitLab said stands on an operation that is %s', async (state, detail) => {
  const { address, name } = instance();
  const ended = state === 'failed' ? { endedAt: new Date().toISOString() } : {};
  api.world.operations.unshift({ ...waiting('w1', name, 'requested'), state, detail, ...ended });
  open(address);
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.queryByText('The operation failed.') !== null).toBe(state === 'failed');
});

test('of a deleted instance only the cluster is left to act on', async () => {
  const { address, name } = instance();
  const found = api.world.instances.find((i) => i.name === name);
  if (found) found.lifecycle = 'deleted';
  open(address);
  await screen.findByText('Build images', { selector: 'button' });
  for (const gone of ['Archive', 'Delete', 'Protect']) {
    expect(screen.queryByText(gone, { selector: 'button' })).toBeNull();
  }
});

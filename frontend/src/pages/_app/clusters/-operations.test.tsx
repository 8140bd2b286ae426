import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Operation, OperationRequest, Preview } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { academy, details } from '@/testing/fixtures/fleet';
import { operation, preview, withOperations } from '@/testing/fixtures/operations';

const api = fixtureApi();
const root = '/pipelines/v1/clusters/{cluster}';
const previewed = `POST ${root}/operations/preview`;
const start = `POST ${root}/operations`;
const address = '/clusters/campus-aws/instances/academy';

/** What the API shows of an operation before it starts, and that it then starts. */
function willStart(kind: OperationRequest['kind'], more: Partial<Preview> = {}) {
  const started = operation('op1', { kind });
  api.answers({
    [previewed]: preview({ kind, files: [], ...more }),
    [start]: api.andThen(started, withOperations(started)),
  });
}

beforeEach(() => signIn());

async function choose(user: ReturnType<typeof open>['user'], action: string) {
  await user.click(await screen.findByText(action, { selector: 'button' }));
  return screen.findByRole('dialog');
}

test('archiving shows what happens and what is sent, and starts once', async () => {
  willStart('archive', { effects: [{ effect: 'stops', text: 'The instance is taken off the cluster' }] });
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
  expect(api.bodies(start)).toEqual([{ kind: 'archive', instance: 'academy', previewHash: 'h1' }]);
  expect(router.state.location.search).toEqual({ operation: 'op1' });
});

test('a reason belongs to what is previewed: until it is, nothing can be started', async () => {
  willStart('archive');
  const { user } = open(address);
  const dialog = await choose(user, 'Archive');
  const button = within(dialog).getByRole('button', { name: 'Archive' });
  await waitFor(() => expect(button).toBeEnabled());
  willStart('archive', { hash: 'h2' });
  await user.type(within(dialog).getByRole('textbox', { name: 'Reason (optional)' }), 'end of term');
  expect(button).toBeDisabled();
  await waitFor(() => expect(button).toBeEnabled());
  expect(api.bodies(previewed).at(-1)).toMatchObject({ reason: 'end of term' });
  await user.click(button);
  await waitFor(() =>
    expect(api.bodies(start)).toMatchObject([{ reason: 'end of term', previewHash: 'h2' }]),
  );
});

test('deleting takes the typed name', async () => {
  willStart('delete', {
    confirm: 'academy',
    effects: [{ effect: 'destroysData', text: 'Data is lost for good' }],
  });
  const { user } = open(address);
  const dialog = await choose(user, 'Delete');
  expect(await within(dialog).findByText('Data is lost for good')).toBeVisible();
  const button = within(dialog).getByRole('button', { name: 'Delete permanently' });
  const field = within(dialog).getByRole('textbox', { name: 'Type academy' });
  await user.type(field, 'academ');
  expect(button).toBeDisabled();
  await user.type(field, 'y');
  await waitFor(() => expect(button).toBeEnabled());
  expect(await faults(dialog)).toEqual([]);
  await user.click(button);
  await waitFor(() =>
    expect(api.bodies(start)).toMatchObject([{ kind: 'delete', instance: 'academy', confirm: 'academy' }]),
  );
});

test('what is protected is not archived, until the protection is lifted', async () => {
  const route = `${root}/instances/{instance}/protection` as const;
  const protection = { instance: 'academy', protected: true, by: 'bruno@example.org' };
  api.answers({
    [`GET ${root}/protections`]: { protections: [protection] },
    [`PUT ${route}`]: api.andThen(
      { ...protection, protected: false },
      { [`GET ${root}/protections`]: { protections: [] } },
    ),
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
  expect(api.bodies(`PUT ${route}`)).toMatchObject([{ protected: false }]);
});

test('building images asks for the code first', async () => {
  willStart('buildImages', { instances: [] });
  const { user } = open(address);
  const dialog = await choose(user, 'Build images');
  await user.click(within(dialog).getByRole('textbox', { name: 'Code repository' }));
  await user.paste('https://github.com/openedx/edx-platform');
  const button = within(dialog).getByRole('button', { name: 'Build images' });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
  await waitFor(() =>
    expect(api.bodies(start)).toMatchObject([
      {
        kind: 'buildImages',
        repository: 'https://github.com/openedx/edx-platform',
        branch: 'open-release/teak.2',
      },
    ]),
  );
});

test('reprovisioning is for administrators, and says why it is switched off', async () => {
  const message = 'Reprovisioning is switched off for this cluster';
  const { hash: _, ...refused } = preview({
    kind: 'reprovision',
    warnings: [{ code: 'notAllowed', field: 'kind', blocking: true, message }],
  });
  api.answers({ [previewed]: refused });
  const { user } = open(address);
  const dialog = await choose(user, 'Reprovision cluster');
  expect(await within(dialog).findByText(/switched off for this cluster/)).toBeVisible();
  expect(within(dialog).getByRole('button', { name: 'Reprovision' })).toBeDisabled();
});

test('an archived instance can be unarchived', async () => {
  willStart('unarchive');
  const { user } = open('/clusters/campus-aws/instances/geodesy');
  const dialog = await choose(user, 'Unarchive');
  await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Unarchive' })).toBeEnabled());
});

test('operators have no reprovisioning, viewers no actions', async () => {
  signIn('operator');
  const { unmount } = open(address);
  await waitFor(() => expect(screen.getByText('Delete', { selector: 'button' })).toBeEnabled());
  const reprovision = screen.getByText('Reprovision cluster', { selector: 'button' });
  expect(reprovision).toBeDisabled();
  expect(reprovision).toHaveTextContent('Requires the Administrator role');
  unmount();
  signIn('viewer');
  open(address);
  await screen.findByRole('link', { name: 'Configuration' });
  for (const refused of ['Archive', 'Build images', 'Protect', 'Delete']) {
    const button = screen.getByText(refused, { selector: 'button' });
    expect(button).toBeDisabled();
    expect(button).toHaveTextContent('Requires the Operator role');
  }
  expect(screen.queryByRole('link', { name: 'Update' })).toBeNull();
});

test('a refused start says why, and the same key is sent again', async () => {
  willStart('archive');
  api.answers({ [start]: problem(502, 'GitLab refused the trigger token. Rotate it.') });
  const keys = () => api.sent(start).map(({ headers }) => headers.get('Idempotency-Key'));
  const { user } = open(address);
  const dialog = await choose(user, 'Archive');
  const button = within(dialog).getByRole('button', { name: 'Archive' });
  for (let i = 0; i < 2; i++) {
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    expect(await within(dialog).findByText('Couldn’t start the operation')).toBeVisible();
    await waitFor(() => expect(keys()).toHaveLength(i + 1));
  }
  expect(new Set(keys()).size).toBe(1);
});

test('what waits can be withdrawn', async () => {
  const waiting = operation('w1');
  const detail = 'Withdrawn by ada@example.org';
  const withdrawn: Operation = { ...waiting, state: 'canceled', endedAt: new Date().toISOString(), detail };
  const withdraw = `POST ${root}/operations/{operation}/withdraw` as const;
  api.answers({ ...withOperations(waiting), [withdraw]: api.andThen(withdrawn, withOperations(withdrawn)) });
  const { user } = open(address);
  await user.click(await screen.findByRole('button', { name: 'Withdraw' }));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(api.sent(withdraw)).toMatchObject([{ params: { cluster: 'campus-aws', operation: 'w1' } }]);
});

test('what waits for a setting says so and can be resumed', async () => {
  const waiting = operation('w1', { waitingFor: 'setting' });
  const resumed = operation('w1');
  const resume = `POST ${root}/operations/{operation}/resume` as const;
  api.answers({ ...withOperations(waiting), [resume]: api.andThen(resumed, withOperations(resumed)) });
  const { user } = open(address);
  expect(await screen.findByText('Waiting for a changed setting. Resume when it is fixed.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Resume' })).not.toBeInTheDocument());
  expect(screen.getByRole('button', { name: 'Withdraw' })).toBeVisible();
  expect(api.sent(resume)).toMatchObject([{ params: { operation: 'w1' } }]);
});

const queue = (...operations: Operation[]) => ({ 'GET /pipelines/v1/queue': { operations } }) as const;

test('a cluster shows what runs and what waits, in order, and what waits can be withdrawn', async () => {
  const running = operation('w1', { instance: 'first', state: 'running' });
  const waiting = operation('w2', { instance: 'second' });
  const withdraw = `POST ${root}/operations/{operation}/withdraw` as const;
  const withdrawn: Operation = { ...waiting, state: 'canceled' };
  api.answers({ ...queue(running, waiting), [withdraw]: api.andThen(withdrawn, queue(running)) });
  const { user } = open('/clusters/campus-aws');
  const list = await screen.findByRole('list', { name: 'Queued operations' });
  const entries = within(list).getAllByRole('listitem');
  expect(entries.map((e) => e.textContent)).toEqual([
    expect.stringMatching(/^RunningUpdate first/),
    expect.stringMatching(/^WaitingUpdate second/),
  ]);
  expect(await faults()).toEqual([]);
  await user.click(within(list).getByRole('button', { name: 'Withdraw Update second' }));
  await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(1));
  expect(api.sent(withdraw)).toMatchObject([{ params: { operation: 'w2' } }]);
});

test('a viewer sees the queue, and withdraws nothing', async () => {
  signIn('viewer');
  api.answers(queue(operation('w1', { instance: 'first' })));
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
  const ended = state === 'failed' ? { endedAt: new Date().toISOString() } : {};
  api.answers(withOperations(operation('w1', { state, detail, ...ended })));
  open(address);
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.queryByText('The operation failed.') !== null).toBe(state === 'failed');
});

test('of a deleted instance only the cluster is left to act on', async () => {
  const deleted = details({ ...academy, lifecycle: 'deleted' });
  api.answers({ 'GET /instances/v1/clusters/{cluster}/instances/{instance}': deleted });
  open(address);
  await screen.findByText('Build images', { selector: 'button' });
  for (const gone of ['Archive', 'Delete', 'Protect']) {
    expect(screen.queryByText(gone, { selector: 'button' })).toBeNull();
  }
});

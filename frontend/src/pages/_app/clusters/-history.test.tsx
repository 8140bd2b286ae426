import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Activity, Operation, Pipeline, Undeployed } from '@/api/types';
import { faults, fixtureApi, open, signIn } from '@/testing/app';
import { academy, details } from '@/testing/fixtures/fleet';
import { file, operation, operationPage, preview, withOperations } from '@/testing/fixtures/operations';

const api = fixtureApi();
const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const previewed = 'POST /pipelines/v1/clusters/{cluster}/operations/preview';
const start = 'POST /pipelines/v1/clusters/{cluster}/operations';

const before = (hours: number, more: Partial<Operation>) =>
  operation('', { state: 'succeeded', requestedAt: at(hours), endedAt: at(hours - 0.2), ...more });
const failed = before(1, {
  id: 'o3',
  state: 'failed',
  detail: 'Pipeline 9 failed: see its log.',
  reason: 'teak.2',
});
const current = before(5, { id: 'o2', deploymentId: '95', reason: 'new theme' });
const first = before(50, { id: 'o1', deploymentId: '950', kind: 'create' });
const next = operation('o4');

beforeEach(() => {
  signIn();
  api.answers({
    ...withOperations(failed, current, first),
    'GET /pipelines/v1/clusters/{cluster}/operations/{operation}': operationPage(current, {
      files: [file('@@ -1 +1 @@\n-A: 1\n+A: 2\n')],
    }),
    [previewed]: preview(),
    [start]: api.andThen(next, withOperations(next, failed, current, first)),
  });
});

const address = '/clusters/campus-aws/instances/academy?tab=timeline';
/** The operations in the timeline; other events stand between them. */
const entries = async () => {
  const timeline = await screen.findByRole('region', { name: 'Timeline' });
  await within(timeline).findAllByText(/bruno@example.org/);
  return within(timeline)
    .getAllByRole('listitem')
    .filter((one) => one.textContent.includes('bruno@example.org'));
};

test('who, when, why and how it went, with the diff of the one that is open', async () => {
  const { user } = open(address);
  const [failed, current, first] = await entries();
  expect(failed).toHaveTextContent(/Failed.*bruno@example.org.*teak.2.*see its log/);
  expect(current).toHaveTextContent(/Succeeded.*current.*12 min/);
  expect(first).toHaveTextContent('Create');
  await user.click(within(current as HTMLElement).getByRole('button', { name: 'Update', expanded: false }));
  expect(
    await within(current as HTMLElement).findByRole('table', {
      name: 'Changes in instances/academy/config.yml',
    }),
  ).toHaveTextContent('A: 2');
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test('one can go back to what was live before, through a preview', async () => {
  const { user, router } = open(address);
  const [failed, current, first] = await entries();
  for (const none of [failed, current]) {
    expect(within(none as HTMLElement).queryByRole('button', { name: /^Roll back to/ })).toBeNull();
  }
  await user.click(within(first as HTMLElement).getByRole('button', { name: /^Roll back to/ }));
  const dialog = await screen.findByRole('dialog', { name: 'Roll back academy?' });
  expect(await within(dialog).findByText('PLATFORM_NAME: Old')).toBeVisible();
  const button = within(dialog).getByRole('button', { name: 'Roll back' });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
  await waitFor(() => expect(router.state.location.pathname).toBe('/clusters/campus-aws/instances/academy'));
  const { files: _, ...sent } = api.bodies(start)[0] as Record<string, unknown>;
  expect(api.bodies(start)).toHaveLength(1);
  expect(sent).toMatchObject({ kind: 'update', instance: 'academy', previewHash: 'h1' });
  expect(api.bodies(previewed).at(-1)).toMatchObject({ rollBackTo: sent.rollBackTo });
});

test('an address asks to roll back, to the version before what runs', async () => {
  const { user } = open('/clusters/campus-aws/instances/academy?ask=rollBack');
  const dialog = await screen.findByRole('dialog', { name: 'Roll back academy?' });
  expect(within(dialog).getByLabelText('Reason (optional)')).toHaveValue('Roll back to this version');
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('after a failure that reached git, what is live is a way back', async () => {
  api.answers(withOperations({ ...failed, commit: 'c0ffee00' }, current, first));
  open(address);
  const [newest, deployed] = await entries();
  const back = { name: /^Roll back to/ };
  expect(within(newest as HTMLElement).queryByRole('button', back)).toBeNull();
  expect(deployed).toHaveTextContent('current');
  expect(within(deployed as HTMLElement).getByRole('button', back)).toBeVisible();
});

function undeployed(...commits: Undeployed['commits']) {
  api.answers({
    'GET /pipelines/v1/clusters/{cluster}/instances/{instance}/undeployed': {
      commits,
      partial: false,
      since: '4f2a9c1e7b60',
    },
  });
}

test('undeployed commits are listed', async () => {
  undeployed({ sha: 'abc', title: 'Try another theme', message: '', author: 'Chidi', createdAt: at(2) });
  open(address);
  const notice = await screen.findByRole('region', { name: 'Undeployed changes' });
  expect(notice).toHaveTextContent('1 undeployed commit');
  expect(notice).toHaveTextContent('Try another theme, by Chidi');
  expect(within(notice).getByRole('button', { name: 'Revert to the deployed version' })).toBeVisible();
  expect(within(notice).queryByRole('button', { name: /before/ })).toBeNull();
});

test('commits that nobody deployed are ways back: each to what was before it, all to what is deployed', async () => {
  undeployed(
    { sha: 'abc', title: 'Try another theme', message: '', author: 'Chidi', createdAt: at(2) },
    { sha: 'def', title: 'Try a theme', message: '', author: 'Chidi', createdAt: at(3) },
  );
  const { user } = open(address);
  for (const name of ['Revert this commit: Try another theme', 'Revert to the deployed version']) {
    await user.click(await screen.findByRole('button', { name }));
    const dialog = await screen.findByRole('dialog', { name: 'Roll back academy?' });
    expect(await within(dialog).findByText('PLATFORM_NAME: Old')).toBeVisible();
    expect(await faults(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  }
  expect(api.bodies(previewed)).toMatchObject([{ rollBackTo: 'def' }, { rollBackTo: '4f2a9c1e7b60' }]);
  expect(screen.queryByRole('button', { name: /before it: Try a theme/ })).toBeNull();
});

test('commits that nobody deployed can be deployed, after a preview of what that changes', async () => {
  undeployed({ sha: 'abc', title: 'Try another theme', message: '', author: 'Chidi', createdAt: at(2) });
  const { user } = open(address);
  const warning = 'This configuration of academy is already in git but not deployed.';
  api.answers({
    [previewed]: preview({ warnings: [{ code: 'undeployed', blocking: false, message: warning }] }),
  });
  await user.click(await screen.findByRole('button', { name: 'Deploy these changes' }));
  const dialog = await screen.findByRole('dialog', { name: 'Deploy academy?' });
  expect(
    await within(dialog).findByRole('region', { name: 'Changes since the last deployment' }),
  ).toHaveTextContent('PLATFORM_NAME: Old');
  expect(dialog).toHaveTextContent('already in git but not deployed');
  expect(dialog).not.toHaveTextContent('Git changes');
  expect(await faults(dialog)).toEqual([]);
  const send = within(dialog).getByRole('button', { name: 'Deploy' });
  await waitFor(() => expect(send).toBeEnabled());
  await user.click(send);
  await waitFor(() =>
    expect(api.bodies(start)).toMatchObject([{ kind: 'update', instance: 'academy', deploy: true }]),
  );
});

test('a pipeline that deployed is a way back, unless it is what runs', async () => {
  const pipeline = (id: number, more: Partial<Pipeline> = {}): Pipeline => ({
    cluster: 'campus-aws',
    id,
    iid: id,
    status: 'success',
    source: 'push',
    ref: 'main',
    sha: String(id).padStart(2, '0').repeat(4),
    title: '[AutoDeploy][Update] academy|1',
    operation: 'update',
    deployments: [{ instance: 'academy', id: '1' }],
    createdAt: at(1),
    updatedAt: at(1),
    ...more,
  });
  const pipelines = [
    pipeline(13, { status: 'failed' }),
    pipeline(12),
    pipeline(11, { parent: 10 }),
    pipeline(14, { source: 'parent_pipeline' }),
    pipeline(10),
    pipeline(9, { source: 'trigger' }),
  ];
  api.answers({
    'GET /instances/v1/clusters/{cluster}/instances/{instance}': details(academy, { pipelines }),
  });
  open('/clusters/campus-aws/instances/academy?tab=deployments');
  const table = await screen.findByRole('table', { name: 'Pipelines' });
  const ways = within(table).getAllByRole('button', { name: /^Roll back to/ });
  expect(ways.map((way) => way.textContent)).toEqual(['Roll back to #10']);
  expect(await faults(table)).toEqual([]);
});

test('notes, tags and protection stand in the timeline with who changed them', async () => {
  const by = 'ada@example.org';
  const kept = { cluster: 'campus-aws', instance: 'academy', by };
  const activity: Activity[] = [
    { ...kept, at: at(1), kind: 'protection', to: 'protected', detail: 'Exams until Friday.' },
    { ...kept, at: at(2), kind: 'tags', from: 'vip', to: 'eu, vip' },
    { ...kept, at: at(3), kind: 'note', to: 'changed', detail: 'Ask Maya.' },
  ];
  api.answers({ 'GET /clusters/v1/activity': { activity } });
  const { user } = open(address);
  const timeline = await screen.findByRole('region', { name: 'Timeline' });
  await within(timeline).findByText('Protected');
  const lines = within(timeline)
    .getAllByRole('listitem')
    .filter((one) => one.textContent.includes(by));
  expect(lines).toHaveLength(3);
  expect(lines[0]).toHaveTextContent(`ProtectionProtected“Exams until Friday.” · ${by}`);
  expect(lines[1]).toHaveTextContent(`TagsChangedeu, vip; before: vip · ${by}`);
  expect(lines[2]).toHaveTextContent(`NoteChanged“Ask Maya.” · ${by}`);
  await user.click(within(timeline).getByRole('checkbox', { name: 'Changes only' }));
  expect(within(timeline).queryByText('Protected')).not.toBeInTheDocument();
});

test('of a broken instance the timeline begins with what changed before', async () => {
  const health = { state: 'failed', at: at(4), reason: 'The container cms is crash-looping' } as const;
  const broke = { cluster: 'campus-aws', instance: 'academy', at: at(4), kind: 'health' } as const;
  api.answers({
    'GET /instances/v1/clusters/{cluster}/instances/{instance}': details(
      { ...academy, health },
      { operations: [failed, current, first] },
    ),
    'GET /clusters/v1/activity': { activity: [{ ...broke, from: 'healthy', to: 'failed' }] },
  });
  open(address);
  const timeline = await screen.findByRole('region', { name: 'Timeline' });
  const answer = await within(timeline).findByText(/^The instance broke/);
  expect(answer).toHaveTextContent(
    /^The instance broke \d h ago\. Last change before: Update by bruno@example\.org, \d h ago\.$/,
  );
});

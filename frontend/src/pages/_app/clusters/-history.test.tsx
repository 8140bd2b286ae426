import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Operation, OperationRequest } from '@/api/types';
import { faults, mockWorld, open } from '@/testing/app';

const api = mockWorld();
const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

function operation(id: string, hours: number, more: Partial<Operation>): Operation {
  return {
    id, cluster: 'campus-aws', instance: 'academy', kind: 'update', state: 'succeeded', deploymentId: `9${hours}`,
    requestedBy: 'bruno@example.org', requestedAt: at(hours), endedAt: at(hours - 0.2), ...more,
  }; // prettier-ignore
}

beforeEach(() => {
  session.enter({ accessToken: 'a', expiresAt: at(-1), user: api.world.user });
  api.world.operations = [
    operation('o3', 1, { state: 'failed', detail: 'Pipeline 9 failed: see its log.', reason: 'teak.2' }),
    operation('o2', 5, { reason: 'new theme' }),
    operation('o1', 50, { kind: 'create' }),
  ];
  api.use(
    http.get('*/operations/:o', ({ params }) => {
      const found = api.world.operations.find((o) => o.id === params.o);
      const file = {
        path: 'instances/academy/config.yml',
        action: 'update',
        instance: 'academy',
        diff: '@@ -1 +1 @@\n-A: 1\n+A: 2\n',
      };
      return HttpResponse.json({
        operation: found,
        files: [file],
        effects: [],
        pipelines: [],
        actions: [],
        ahead: 0,
      });
    }),
  );
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
  expect(api.world.operations).toHaveLength(4);
});

test('an address asks to roll back, to the version before what runs', async () => {
  const { user } = open('/clusters/campus-aws/instances/academy?ask=rollBack');
  const dialog = await screen.findByRole('dialog', { name: 'Roll back academy?' });
  expect(within(dialog).getByLabelText('Reason (optional)')).toHaveValue('Roll back to this version');
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('after a failure that reached git, what is live is a way back', async () => {
  const failed = api.world.operations.find((o) => o.state === 'failed');
  if (failed) failed.commit = 'c0ffee00';
  open(address);
  const [newest, current] = await entries();
  const back = { name: /^Roll back to/ };
  expect(within(newest as HTMLElement).queryByRole('button', back)).toBeNull();
  expect(current).toHaveTextContent('current');
  expect(within(current as HTMLElement).getByRole('button', back)).toBeVisible();
});

test('undeployed commits are listed', async () => {
  api.world.undeployed.set('campus-aws/academy', [
    { sha: 'abc', title: 'Try another theme', message: '', author: 'Chidi', createdAt: at(2) },
  ]);
  open(address);
  const notice = await screen.findByRole('region', { name: 'Undeployed changes' });
  expect(notice).toHaveTextContent('1 undeployed commit');
  expect(notice).toHaveTextContent('Try another theme, by Chidi');
  expect(within(notice).getByRole('button', { name: 'Revert to the deployed version' })).toBeVisible();
  expect(within(notice).queryByRole('button', { name: /before/ })).toBeNull();
});

test('commits that nobody deployed are ways back: each to what was before it, all to what is deployed', async () => {
  const sent: OperationRequest[] = [];
  api.use(
    http.post('*/operations/preview', async ({ request }) => {
      sent.push((await request.clone().json()) as OperationRequest);
      return undefined;
    }),
  );
  api.world.undeployed.set('campus-aws/academy', [
    { sha: 'abc', title: 'Try another theme', message: '', author: 'Chidi', createdAt: at(2) },
    { sha: 'def', title: 'Try a theme', message: '', author: 'Chidi', createdAt: at(3) },
  ]);
  const { user } = open(address);
  for (const name of ['Revert this commit: Try another theme', 'Revert to the deployed version']) {
    await user.click(await screen.findByRole('button', { name }));
    const dialog = await screen.findByRole('dialog', { name: 'Roll back academy?' });
    expect(await within(dialog).findByText('PLATFORM_NAME: Old')).toBeVisible();
    expect(await faults(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  }
  expect(sent.map((one) => one.rollBackTo)).toEqual(['def', '4f2a9c1e7b60']);
  expect(screen.queryByRole('button', { name: /before it: Try a theme/ })).toBeNull();
});

test('commits that nobody deployed can be deployed, after a preview of what that changes', async () => {
  api.world.undeployed.set('campus-aws/academy', [
    { sha: 'abc', title: 'Try another theme', message: '', author: 'Chidi', createdAt: at(2) },
  ]);
  const { user } = open(address);
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
  await waitFor(() => expect(api.world.operations[0]).toMatchObject({ kind: 'update', instance: 'academy' }));
});

test('a pipeline that deployed is a way back, unless it is what runs', async () => {
  const [known] = api.world.pipelines.filter((p) => p.deployments?.some((d) => d.instance === 'academy'));
  if (!known) throw new Error('no pipeline of academy');
  api.world.pipelines = [
    { ...known, id: 13, status: 'failed', sha: '13'.repeat(4) },
    { ...known, id: 12, status: 'success', sha: '12'.repeat(4) },
    { ...known, id: 11, status: 'success', sha: '11'.repeat(4), parent: 10 },
    { ...known, id: 14, status: 'success', sha: '14'.repeat(4), source: 'parent_pipeline' },
    { ...known, id: 10, status: 'success', sha: '10'.repeat(4) },
    { ...known, id: 9, status: 'success', sha: '09'.repeat(4), source: 'trigger' },
  ];
  open('/clusters/campus-aws/instances/academy?tab=deployments');
  const table = await screen.findByRole('table', { name: 'Pipelines' });
  const ways = within(table).getAllByRole('button', { name: /^Roll back to/ });
  expect(ways.map((way) => way.textContent)).toEqual(['Roll back to #10']);
  expect(await faults(table)).toEqual([]);
});

test('notes, tags and protection stand in the timeline with who changed them', async () => {
  const by = 'ada@example.org';
  const kept = { cluster: 'campus-aws', instance: 'academy', by };
  api.world.activity = [
    { ...kept, at: at(1), kind: 'protection', to: 'protected', detail: 'Exams until Friday.' },
    { ...kept, at: at(2), kind: 'tags', from: 'vip', to: 'eu, vip' },
    { ...kept, at: at(3), kind: 'note', to: 'changed', detail: 'Ask Maya.' },
  ];
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
  const academy = api.world.instances.find((i) => i.name === 'academy');
  if (!academy) throw new Error('no academy');
  academy.health = { state: 'failed', at: at(4), reason: 'The container cms is crash-looping' };
  api.world.activity = [
    { cluster: 'campus-aws', instance: 'academy', at: at(4), kind: 'health', from: 'healthy', to: 'failed' },
  ];
  open(address);
  const timeline = await screen.findByRole('region', { name: 'Timeline' });
  const answer = await within(timeline).findByText(/^The instance broke/);
  expect(answer).toHaveTextContent(
    /^The instance broke \d h ago\. Last change before: Update by bruno@example\.org, \d h ago\.$/,
  );
});

import { screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Estimate, Operation } from '@/api/types';
import { timeOfDay } from '@/lib/time';
import { faults, fixtureApi, open, signIn } from '@/testing/app';
import { operation, operationPage, withOperations } from '@/testing/fixtures/operations';

const api = fixtureApi();
// The clock stands still, however slow the machine is.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-22T12:00:00Z') }));
afterEach(() => vi.useRealTimers());

const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** Opens the page of an instance whose newest operation is followed. */
async function follow(more: Partial<Operation>, estimate?: Estimate, title = 'Operation: Update') {
  signIn('operator');
  const followed = operation('o1', { state: 'succeeded', requestedAt: at(20), ...more });
  api.answers({
    ...withOperations(followed),
    'GET /pipelines/v1/clusters/{cluster}/operations/{operation}': operationPage(
      followed,
      estimate === undefined ? {} : { estimate },
    ),
  });
  const { user } = open('/clusters/campus-aws/instances/academy?operation=o1');
  return { user, panel: await screen.findByRole('region', { name: title }) };
}

test('an operation that was followed to its end is shown once: in full, or in one line', async () => {
  const { user, panel } = await follow({ endedAt: at(2) });
  const main = screen.getByRole('main');
  expect(within(main).getAllByText('bruno@example.org', { exact: false })).toHaveLength(1);
  await user.click(within(panel).getByRole('button', { name: 'Hide details' }));
  expect(screen.queryByRole('region', { name: 'Operation: Update' })).not.toBeInTheDocument();
  const line = within(main).getByText('by bruno@example.org', { exact: false }).closest('p');
  expect(line).toHaveTextContent(/Update.*Succeeded.*2 min ago/);
  await user.click(within(line as HTMLElement).getByRole('button', { name: 'Details' }));
  expect(await screen.findByRole('region', { name: 'Operation: Update' })).toBeVisible();
  expect(await faults(main)).toEqual([]);
});

test('one that waits for a limit of GitLab says when Ocim tries again', async () => {
  const retryAt = at(-7);
  const { panel } = await follow({ state: 'requested', waitingFor: 'limit', retryAt });
  expect(panel).toHaveTextContent(`Ocim retries automatically at ${timeOfDay(new Date(retryAt))}.`);
  expect(within(panel).getByRole('button', { name: 'Withdraw' })).toBeVisible();
  expect(within(panel).queryByRole('button', { name: 'Resume' })).not.toBeInTheDocument();
});

test('one that another operator resumed names both people', async () => {
  const { panel } = await follow({ state: 'running', runningAt: at(3), takenOverBy: 'erin@example.org' });
  expect(panel).toHaveTextContent('Requested by bruno@example.org');
  expect(panel).toHaveTextContent('Continued by erin@example.org.');
});

test('one that GitLab started twice links the pipelines that were canceled', async () => {
  const { panel } = await follow({ endedAt: at(2), duplicates: [71, 72] });
  expect(panel).toHaveTextContent('#71, #72');
  const link = within(panel).getByRole('link', { name: '#72' });
  expect(link).toHaveAttribute('href', '/clusters/campus-aws/pipelines/72');
});

test.each([
  ['what is left of the usual time', 3, 4, '60% · about 2 min of 5 min left (4 earlier runs)'],
  [
    'that nothing has run here yet',
    1,
    0,
    '20% · about 4 min of 5 min left (estimate; no earlier runs on this cluster)',
  ],
  ['that it takes longer', 9, 4, 'Taking longer than the usual 5 min (4 earlier runs)'],
])('progress says %s, whatever the last answer said', async (_, minutes, runs, text) => {
  const estimate = { seconds: 300, runs, percent: 7, doneAt: at(minutes - 5) };
  const { panel } = await follow({ state: 'running', acceptedAt: at(minutes), runningAt: at(1) }, estimate);
  expect(panel).toHaveTextContent(text);
  const percent = within(panel).getByRole('progressbar').getAttribute('aria-valuenow');
  expect(percent).toBe(String(Math.min(99, minutes * 20)));
});

test('a rollback is called so wherever it is named', async () => {
  const rolledBack = { at: at(3), cluster: 'campus-aws', instance: 'academy', kind: 'pipeline' } as const;
  api.answers({
    'GET /clusters/v1/activity': {
      activity: [{ ...rolledBack, to: 'success', pipeline: 77, detail: 'update', rollback: true }],
    },
  });
  const rollback = { rolledBackTo: 'abcdef12', endedAt: at(2), pipelines: [12] };
  const { user, panel } = await follow(rollback, undefined, 'Operation: Rollback');
  await user.click(within(panel).getByRole('button', { name: 'Hide details' }));
  const main = screen.getByRole('main');
  expect(within(main).getByText('Rollback')).toBeVisible();
  await user.click(within(main).getByRole('link', { name: 'Timeline' }));
  const timeline = await screen.findByRole('region', { name: 'Timeline' });
  const entry = await within(timeline).findByRole('button', { name: 'Rollback' });
  expect(entry.closest('li')).not.toHaveTextContent('Update');
  const ended = within(timeline).getByText('Rollback', {
    selector: 'span',
    exact: false,
    ignore: 'button *',
  });
  expect(ended.closest('li')).not.toHaveTextContent('Update');
});

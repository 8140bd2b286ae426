import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import type { Role } from '@/api/types';
import { faults, open, mockWorld } from '@/testing/app';

const api = mockWorld();

function enter(role: Role) {
  const user = { ...api.world.user, role };
  session.enter({ accessToken: 'a', expiresAt: new Date(Date.now() + 600_000).toISOString(), user });
}

beforeEach(() => enter('administrator'));

function pipelineOf(status: string) {
  const found = api.world.pipelines.find((p) => p.status === status);
  if (!found) throw new Error(`no pipeline is ${status}`);
  return { found, address: `/clusters/${found.cluster}/pipelines/${found.id}` };
}

const log = () => screen.findByRole('region', { name: /^Output of/ });
const rows = async () => within(await log()).findAllByRole('listitem');

test('of a failed pipeline, the error stands on top and the log is open at it', async () => {
  const { address } = pipelineOf('failed');
  open(address);
  const error = await screen.findByRole('region', { name: /failed in stage/ });
  expect(await within(error).findAllByText(/error acquiring the state lock/)).not.toHaveLength(0);
  const current = await waitFor(async () => {
    const row = (await rows()).find((r) => r.getAttribute('aria-current') === 'true');
    if (!row) throw new Error('no row is current');
    return row;
  });
  expect(current).toHaveTextContent('error acquiring the state lock');
  expect(current.querySelector('[data-fg="1"]')).toHaveTextContent('Error');
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test('a pipeline that failed without a job says why, on top', async () => {
  const { found, address } = pipelineOf('failed');
  found.stages = [];
  found.reason = "jobs:deploy script can't be blank";
  open(address);
  const notice = await screen.findByText(`Pipeline ${String(found.id)} failed`);
  expect(notice.closest('[role="alert"]')).toHaveTextContent("jobs:deploy script can't be blank");
  expect(screen.getByText('No jobs')).toBeVisible();
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test("the runner's own sections are folded, and open", async () => {
  const { address } = pipelineOf('failed');
  const { user } = open(address);
  const section = await screen.findByRole('button', { name: /Preparing the "docker" executor/ });
  expect(section).toHaveAttribute('aria-expanded', 'false');
  expect(section).toHaveTextContent('9 s');
  expect(screen.queryByText(/Using Docker executor/)).toBeNull();
  await user.click(section);
  expect(await screen.findByText(/Using Docker executor/)).toBeVisible();
});

test('searching counts, marks and opens what is folded', async () => {
  const { address } = pipelineOf('failed');
  const { user } = open(address);
  await user.type(await screen.findByRole('textbox', { name: 'Search log' }), 'docker EXECUTOR with');
  expect(await screen.findByText('1 of 1')).toBeVisible();
  await user.keyboard('{Enter}');
  expect((await screen.findByText('Docker executor with')).tagName).toBe('MARK');
});

test('the address says which log is open and which line', async () => {
  const { found, address } = pipelineOf('success');
  const job = found.stages?.[0]?.jobs[0];
  const { router, user } = open(address);
  await user.click(await screen.findByRole('link', { name: job?.name ?? '' }));
  await user.click(await screen.findByRole('link', { name: 'Link to line 2' }));
  expect(router.state.location.search).toMatchObject({ job: String(job?.id) });
  expect(Number((router.state.location.search as { at: string }).at)).toBeGreaterThan(0);
  await user.click(screen.getByRole('link', { name: 'Close log' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: /^Output of/ })).toBeNull());
});

test('a pipeline that runs is canceled once, with a reason', async () => {
  const { found, address } = pipelineOf('running');
  const bodies: unknown[] = [];
  api.use(
    http.post('*/pipelines/:p/cancel', async ({ request }) => {
      bodies.push(await request.json());
      found.status = 'canceled';
      return HttpResponse.json(found);
    }),
  );
  const { user } = open(address);
  await user.click(await screen.findByRole('button', { name: 'Cancel' }));
  const dialog = await screen.findByRole('dialog', { name: /Cancel pipeline/ });
  expect(dialog).toHaveTextContent('may stay partly deployed');
  expect(await faults(dialog)).toEqual([]);
  await user.type(within(dialog).getByRole('textbox', { name: 'Reason (optional)' }), 'wrong branch');
  await user.dblClick(within(dialog).getByRole('button', { name: 'Cancel pipeline' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(bodies).toEqual([{ reason: 'wrong branch' }]);
  expect(await screen.findByRole('button', { name: 'Retry' })).toBeVisible();
});

test('a viewer neither cancels nor retries', async () => {
  const { address } = pipelineOf('failed');
  enter('viewer');
  open(address);
  await log();
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
});

test('a log that cannot be read says so, and the rest of the page stays', async () => {
  const { address } = pipelineOf('failed');
  api.use(
    http.get('*/jobs/:j/log', () =>
      HttpResponse.json(
        { title: 'Not found', status: 404, detail: 'GitLab has removed the log.' },
        { status: 404 },
      ),
    ),
  );
  open(address);
  expect(await screen.findByText('Couldn’t read the log.')).toBeVisible();
  expect(screen.getByRole('heading', { name: 'Jobs' })).toBeVisible();
});

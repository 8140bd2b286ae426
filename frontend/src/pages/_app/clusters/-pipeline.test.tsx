import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { PipelinePage } from '@/api/types';
import type { Answers } from '@/testing/answers';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import * as fixtures from '@/testing/fixtures/pipelines';

const api = fixtureApi();
const route = '/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}';
const { failed, failedJob, pipeline } = fixtures;
const page = (of: PipelinePage['pipeline'], more: Partial<PipelinePage> = {}): Answers => ({
  [`GET ${route}`]: { pipeline: of, children: [], actions: [], ...more },
});

beforeEach(() => {
  signIn();
  api.answers({
    ...page(failed, { failed: { pipeline: failed.id, stage: 'deploy', job: failedJob } }),
    [`GET ${route}/jobs/{job}/log`]: ({ query }) =>
      query.from?.[0] === '0' ? fixtures.log : fixtures.afterLog,
    [`GET ${route}/jobs/{job}/first-error`]: fixtures.firstError,
  });
});

const address = '/clusters/campus-aws/pipelines/7016';

const log = () => screen.findByRole('region', { name: /^Output of/ });
const rows = async () => within(await log()).findAllByRole('listitem');

test('of a failed pipeline, the error stands on top and the log is open at it', async () => {
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
  api.answers(page({ ...failed, stages: [], reason: "jobs:deploy script can't be blank" }));
  open(address);
  const notice = await screen.findByText('Pipeline 7016 failed');
  expect(notice.closest('[role="alert"]')).toHaveTextContent("jobs:deploy script can't be blank");
  expect(screen.getByText('No jobs')).toBeVisible();
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test("the runner's own sections are folded, and open", async () => {
  const { user } = open(address);
  const section = await screen.findByRole('button', { name: /Preparing the "docker" executor/ });
  expect(section).toHaveAttribute('aria-expanded', 'false');
  expect(section).toHaveTextContent('9 s');
  expect(screen.queryByText(/Using Docker executor/)).toBeNull();
  await user.click(section);
  expect(await screen.findByText(/Using Docker executor/)).toBeVisible();
});

test('searching counts, marks and opens what is folded', async () => {
  const { user } = open(address);
  await user.type(await screen.findByRole('textbox', { name: 'Search log' }), 'docker EXECUTOR with');
  expect(await screen.findByText('1 of 1')).toBeVisible();
  await user.keyboard('{Enter}');
  expect((await screen.findByText('Docker executor with')).tagName).toBe('MARK');
});

test('the address says which log is open and which line', async () => {
  api.answers(page(pipeline));
  const { router, user } = open(address);
  await user.click(await screen.findByRole('link', { name: 'build-openedx' }));
  await user.click(await screen.findByRole('link', { name: 'Link to line 2' }));
  expect(router.state.location.search).toMatchObject({ job: '1' });
  expect(Number((router.state.location.search as { at: string }).at)).toBeGreaterThan(0);
  await user.click(screen.getByRole('link', { name: 'Close log' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: /^Output of/ })).toBeNull());
});

test('a pipeline that runs is canceled once, with a reason', async () => {
  const canceled = { ...pipeline, status: 'canceled' };
  const cancel = `POST ${route}/cancel` as const;
  api.answers({
    ...page({ ...pipeline, status: 'running' }),
    [cancel]: api.andThen(canceled, page(canceled)),
  });
  const { user } = open(address);
  await user.click(await screen.findByRole('button', { name: 'Cancel' }));
  const dialog = await screen.findByRole('dialog', { name: /Cancel pipeline/ });
  expect(dialog).toHaveTextContent('may stay partly deployed');
  expect(await faults(dialog)).toEqual([]);
  await user.type(within(dialog).getByRole('textbox', { name: 'Reason (optional)' }), 'wrong branch');
  await user.dblClick(within(dialog).getByRole('button', { name: 'Cancel pipeline' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(api.bodies(cancel)).toEqual([{ reason: 'wrong branch' }]);
  expect(await screen.findByRole('button', { name: 'Retry' })).toBeVisible();
});

test('a viewer neither cancels nor retries', async () => {
  signIn('viewer');
  open(address);
  await log();
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
});

test('a log that cannot be read says so, and the rest of the page stays', async () => {
  api.answers({ [`GET ${route}/jobs/{job}/log`]: problem(404, 'GitLab has removed the log.') });
  open(address);
  expect(await screen.findByText('Couldn’t read the log.')).toBeVisible();
  expect(screen.getByRole('heading', { name: 'Jobs' })).toBeVisible();
});

import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { biology, civic, details, meridian } from '@/testing/fixtures/fleet';
import { pipeline } from '@/testing/fixtures/pipelines';
import * as runtime from '@/testing/fixtures/runtime';

const api = fixtureApi();
const route = '/instances/v1/clusters/{cluster}/instances/{instance}';
const logRoute = `GET ${route}/pods/{pod}/log` as const;
const pod = runtime.crashing.name;

beforeEach(() => {
  signIn('operator');
  api.answers({
    [`GET ${route}/pods`]: runtime.pods,
    [`GET ${route}/replication`]: runtime.replication,
    [`GET ${route}/events`]: runtime.events,
  });
});

const address = '/clusters/campus-aws/instances/meridian';

const table = (name: string) => screen.findByRole('table', { name });

test('the pod that crashes stands first and says why, with what to do', async () => {
  const { user, router } = open(address);
  const rows = within(await table('Pods')).getAllByRole('row');
  expect(rows).toHaveLength(4);
  expect(rows[1]).toHaveTextContent(/cms-.*Failed.*crashes again and again.*For \d min.*Running0 of 114/);

  await user.click(within(await table('Pods')).getByRole('button', { name: /^cms-/ }));
  const containers = await screen.findByRole('list', { name: /^Containers of cms-/ });
  expect(containers).toHaveTextContent('CrashLoopBackOff');
  expect(containers).toHaveTextContent('Exited with an error, exit code 1, after 1 min 00 s');
  expect(containers).toHaveTextContent('0.25 cores, 1 GiB');
  expect(containers).toHaveTextContent(/registry\.example\.org/);
  expect(router.state.location.search).toMatchObject({ pod });
  expect(screen.getByRole('main')).toHaveTextContent('Read the log of the container before the restart.');
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test('replication and warnings, the newest first', async () => {
  open(address);
  const deployments = within(await table('Deployments')).getAllByRole('row');
  expect(deployments[1]).toHaveTextContent(/cms.*None of its replicas is available. Look at its pods./);
  expect(deployments[1]).toHaveTextContent(/The namespace's quota is used up. Raise it. ?1100/);
  expect(within(await table('Autoscalers')).getByText('cpu 63% of 80%')).toBeVisible();
  const events = within(await table('Warning events')).getAllByRole('row');
  expect(events[1]).toHaveTextContent(/BackOff.*41$/);
  expect(events[2]).toHaveTextContent('Unhealthy');
});

test('the next step stands on every tab, and needs nothing that the cluster reports only now', async () => {
  const health = { ...biology.health, nextStep: 'Raise the quota of its namespace.' };
  api.answers({
    [`GET ${route}`]: details({ ...biology, health }),
    [`GET ${route}/pods`]: problem(503, 'Busy.'),
    [`GET ${route}/usage`]: { from: '2026-08-01', to: '2026-10-31', points: [] },
  });
  open(`${address}?tab=usage`);
  const status = (await screen.findByText('Health')).parentElement;
  expect(status).toHaveTextContent(/Degraded.*1 of 2 replicas ready. ?Raise the quota of its namespace./);
  expect(screen.getByLabelText('Status')).toHaveTextContent(/Changed .* by Grace Hopper/);
});

test('a part that fails leaves the others, and its own last data with their age', async () => {
  const { user } = open(address);
  await table('Pods');
  await table('Deployments');
  const read = { outcome: 'read' } as const;
  api.answers({
    [`POST ${route}/refresh`]: { ...details(meridian), gitlab: read, cluster: read, usage: read, site: read },
    [`GET ${route}/pods`]: problem(503, 'The inspector answers 500.'),
  });
  await user.click(screen.getByRole('button', { name: 'Refresh' }));
  const pods = screen.getByRole('region', { name: 'Pods' });
  expect(await within(pods).findByRole('alert')).toHaveTextContent('Couldn’t refresh the pods.');
  expect(within(pods).getByRole('table', { name: 'Pods' })).toBeVisible();
  expect(within(pods).getByText(/^As of/)).toBeVisible();
  expect(within(screen.getByRole('region', { name: 'Replication' })).queryByRole('alert')).toBeNull();
});

test('a cluster that is offline hides nothing that GitLab knows', async () => {
  const reason = 'the cluster does not answer, last seen 22 Nov 12:04 UTC';
  const down = problem(503, 'The cluster cannot be reached.');
  api.answers({
    [`GET ${route}`]: details({ ...civic, health: { ...civic.health, reason } }, { pipelines: [pipeline] }),
    [`GET ${route}/pods`]: down,
    [`GET ${route}/replication`]: down,
    [`GET ${route}/events`]: down,
    [`GET ${route}/drift`]: down,
  });
  const { user } = open('/clusters/sandbox/instances/civic');
  for (const name of ['Pods', 'Replication', 'Events']) {
    const panel = await screen.findByRole('region', { name });
    expect(await within(panel).findByRole('alert')).toHaveTextContent('The cluster cannot be reached.');
  }
  const status = screen.getByText('Health').parentElement;
  expect(status).toHaveTextContent(/Unknown.*last seen 22 Nov 12:04 UTC/);
  await user.click(screen.getByRole('link', { name: 'Configuration' }));
  expect(await screen.findByText(/LMS_HOST/)).toBeInTheDocument();
  await user.click(screen.getByRole('link', { name: 'Pipelines' }));
  expect(await table('Pipelines')).toBeVisible();
});

test('what does not run is not asked for', async () => {
  open('/clusters/campus-aws/instances/geodesy');
  expect(await screen.findByText('No workloads')).toBeVisible();
  expect(api.sent(`GET ${route}/pods`)).toEqual([]);
});

test('drift is not reported while something is deployed', async () => {
  const at = new Date().toISOString();
  api.answers({ [`GET ${route}/drift`]: { at, deploying: true, differences: [] } });
  open(address);
  expect(await screen.findByText(/checks for drift when the pipeline has finished/)).toBeVisible();
  expect(screen.queryByText(/No drift/)).toBeNull();
});

test('drift stands apart from changes that are not deployed', async () => {
  const of = { workload: 'lms', what: 'image', key: 'DOCKER_IMAGE_OPENEDX', wanted: 'openedx:2' } as const;
  api.answers({
    [`GET ${route}/drift`]: {
      at: new Date().toISOString(),
      pipeline: 7001,
      differences: [
        { ...of, runs: 'openedx:hotfix', deployed: 'openedx:2', cause: 'drift' },
        { ...of, workload: 'cms', runs: 'openedx:1', deployed: 'openedx:1', cause: 'undeployed' },
      ],
    },
  });
  open(address);
  const drift = await screen.findByRole('region', { name: /^Drift/ });
  expect(drift).toHaveTextContent(
    'lms: image openedx:hotfix running, openedx:2 in git (DOCKER_IMAGE_OPENEDX)',
  );
  expect(drift).not.toHaveTextContent('cms');
  expect(within(drift).getByRole('link', { name: 'pipeline #7001' })).toBeVisible();
  const waiting = screen.getByRole('region', { name: /^Undeployed configuration changes/ });
  expect(waiting).toHaveTextContent('cms: image openedx:1 running, openedx:2 in git');
  expect(waiting).toHaveTextContent('openedx:1 deployed');
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test('an operator reads the log of before the restart, and the address says so', async () => {
  const lines = ['GET /heartbeat 200', 'GET /heartbeat 200', "Can't connect to server on 'mysql'"];
  api.answers({ [logRoute]: runtime.podLog(lines, { previous: true, truncated: true }) });
  const { user, router } = open(address);
  await user.click(within(await table('Pods')).getByRole('button', { name: /^cms-/ }));
  await user.click(await screen.findByRole('link', { name: 'Previous log of cms' }));
  expect(await screen.findByRole('region', { name: /^Output of cms in/ })).toBeVisible();
  expect(router.state.location.search).toMatchObject({ log: 'cms', previous: 'true' });
  expect(screen.queryByRole('button', { name: 'Follow' })).toBeNull();

  const search = screen.getByRole('textbox', { name: 'Search log' });
  await user.type(search, "can't connect to server");
  expect(await screen.findByText(/^1 of 1 /)).toBeVisible();
  await user.clear(search);
  await user.type(search, 'heartbeat');
  expect(await screen.findByText(/^1 of 2 /)).toBeVisible();
  await user.selectOptions(screen.getByRole('combobox', { name: 'Lines' }), '100');
  await waitFor(() => expect(router.state.location.search).toMatchObject({ lines: '100' }));
  await waitFor(() =>
    expect(api.sent(logRoute).at(-1)).toMatchObject({
      params: { pod },
      query: { container: ['cms'], previous: ['true'], lines: ['100'] },
    }),
  );
  api.answers({ [logRoute]: runtime.podLog(lines.slice(0, 2)) });
  await user.selectOptions(screen.getByRole('combobox', { name: 'Run' }), 'current');
  expect(await screen.findByRole('button', { name: 'Follow', pressed: true })).toBeVisible();
  expect(await faults(screen.getByRole('main'))).toEqual([]);
  await user.click(screen.getByRole('link', { name: 'Close log' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: /^Output of/ })).toBeNull());
});

test('the line that says first what went wrong is marked', async () => {
  api.answers({ [logRoute]: runtime.podLog(['fine', 'KeyError: 1', 'bye'], { firstError: 2 }) });
  const { user } = open(`${address}?pod=${pod}&log=cms`);
  const marked = await screen.findByText('First error:');
  expect(marked.closest('[role="listitem"]')).toHaveTextContent('KeyError: 1');
  await user.click(screen.getByRole('button', { name: 'Show first error' }));
  expect(screen.getByRole('button', { name: 'Follow', pressed: false })).toBeVisible();
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test('what a log says stays text', async () => {
  const text = '<img src=x onerror=alert(1)> \u202egnp.exe \x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07';
  api.answers({ [logRoute]: runtime.podLog([text]) });
  open(`${address}?pod=${pod}&log=cms`);
  const output = await screen.findByRole('region', { name: /^Output of/ });
  expect(output).toHaveTextContent('<img src=x onerror=alert(1)> \\u202egnp.exe click');
  expect(output.querySelector('img, a')).toBeNull();
});

test('a viewer sees pods but no logs, and why', async () => {
  signIn('viewer');
  open(`${address}?pod=${pod}&log=cms`);
  expect(await screen.findByRole('list', { name: /^Containers of/ })).toBeVisible();
  expect(screen.getByText(/You need the Operator role/)).toBeVisible();
  expect(screen.queryByRole('link', { name: /^Log/ })).toBeNull();
});

test('a pod that was replaced says so, and another can be chosen', async () => {
  api.answers({ [logRoute]: problem(404, 'The instance has no such pod; it may have been replaced.') });
  const { user } = open(`${address}?pod=lms-gone&log=lms`);
  expect(await screen.findByText(/it may have been replaced/)).toBeVisible();
  const other = runtime.pods.pods.at(-1)?.name ?? '';
  await screen.findByRole('option', { name: other });
  api.answers({ [logRoute]: runtime.podLog(['up'], { pod: other, container: 'mfe', containers: ['mfe'] }) });
  await user.selectOptions(screen.getByRole('combobox', { name: 'Pod' }), other);
  expect(await screen.findByRole('region', { name: /^Output of mfe/ })).toBeVisible();
});

test('jobs that failed show what Ocim kept of them, with the last lines of their logs', async () => {
  api.answers({
    [`GET ${route}/job-reports`]: {
      reports: [
        {
          job: 'lms-job-1',
          code: 'jobFailed',
          health: 'degraded',
          reason: 'The job lms-job-1 failed: it reached its retry limit.',
          nextStep: 'Check the log.',
          seenAt: new Date().toISOString(),
          lines: ['Applying student.0048', '<img src=x>'],
        },
      ],
    },
  });
  open(address);
  const job = await screen.findByRole('article', { name: 'lms-job-1' });
  expect(job).toHaveTextContent('it reached its retry limit. Check the log.');
  expect(job).toHaveTextContent('Applying student.0048');
  expect(job).toHaveTextContent('<img src=x>');
  expect(job.querySelector('img')).toBeNull();
});

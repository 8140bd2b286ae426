import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Cluster } from '@/api/types';
import { faults, fixtureApi, open, signIn } from '@/testing/app';
import { aws, branch, clusterPage, files, learn, meridian, sandbox, tree } from '@/testing/fixtures/fleet';
import { nodes, warnings } from '@/testing/fixtures/runtime';

const api = fixtureApi();
const show = (cluster: Cluster) =>
  api.answers({ 'GET /clusters/v1/clusters/{cluster}': clusterPage(cluster) });

beforeEach(() => {
  signIn();
  api.answers({
    'GET /clusters/v1/clusters/{cluster}/nodes': nodes,
    'GET /clusters/v1/clusters/{cluster}/warnings': warnings,
  });
});

test('the list of clusters counts the states of their instances', async () => {
  open('/clusters');
  const row = await screen.findByRole('row', { name: /^campus-aws/ });
  expect(row).toHaveTextContent('AWS');
  expect(row).toHaveTextContent(/\d+ failed/);
  expect(row).toHaveTextContent('Online');
  expect(await faults()).toEqual([]);
});

test('the list of clusters says which cannot be read, is offline, or has problems in its files', async () => {
  const clusters = [
    { ...branch(aws, []), syncError: 'GitLab refuses the token.' },
    branch({ ...learn, online: { state: 'offline', reason: 'It does not answer.' } }, []),
    { ...branch(sandbox, []), problems: 1 },
  ];
  api.answers({ 'GET /clusters/v1/clusters': { ...tree, clusters } });
  open('/clusters');
  const row = (name: string) => screen.findByRole('row', { name: new RegExp(`^${name}`) });
  expect(await row('campus-aws')).toHaveTextContent('Sync failed: GitLab refuses the token.');
  expect(await row('learn-do')).toHaveTextContent(/Offline.*It does not answer\./);
  expect(await row('sandbox')).toHaveTextContent('A file has a problem');
});

test('a cluster shows its facts, links, instances and configuration', async () => {
  open('/clusters/campus-aws');
  expect(await screen.findByRole('heading', { name: 'campus-aws', level: 1 })).toBeVisible();
  for (const fact of ['eu-central-1', '3 to 9', 't3.xlarge', 'grove/campus-aws', 'id 4201']) {
    expect(await screen.findByText(fact)).toBeVisible();
  }
  expect(screen.getByRole('link', { name: /^Alertmanager/ })).toHaveAttribute(
    'href',
    'https://alert-manager.campus-aws.example.org',
  );
  expect(
    within(screen.getByRole('table', { name: 'Instances of campus-aws' })).getByText('academy'),
  ).toBeVisible();
  expect(await screen.findByText(/TF_VAR_cluster_name/)).toBeInTheDocument();
  expect(await faults()).toEqual([]);
});

test('a configuration is searched, and copied as it is shown: without its secrets', async () => {
  const { user } = open('/clusters/campus-aws/instances/academy?tab=configuration');
  const panel = await screen.findByRole('region', { name: 'Configuration' });
  expect(await within(panel).findByText(/MYSQL_ROOT_PASSWORD/)).toBeInTheDocument();
  const search = within(panel).getByRole('button', { name: 'Search' });
  await waitFor(() => expect(panel.querySelector('.cm-editor'), 'the editor has come').not.toBeNull());
  await user.click(search);
  expect(await within(panel).findByRole('textbox', { name: 'Find' })).toBeVisible();
  expect(search).toHaveAttribute('aria-pressed', 'true');
  expect(await faults(panel)).toEqual([]);
  await user.click(search);
  await waitFor(() => expect(within(panel).queryByRole('textbox', { name: 'Find' })).not.toBeInTheDocument());

  const [first, second] = files.files;
  if (!first || !second) throw new Error('too few files');
  await user.click(within(panel).getByRole('button', { name: 'Copy' }));
  expect(await within(panel).findByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await navigator.clipboard.readText();
  expect(copied).toBe(first.text);
  expect(copied).toContain('MYSQL_ROOT_PASSWORD: "••••••••"');
  // Each file has its own copy.
  await user.click(within(panel).getByRole('tab', { name: /grove\.yml/ }));
  await user.click(await within(panel).findByRole('button', { name: /^Cop/ }));
  await waitFor(async () => expect(await navigator.clipboard.readText()).toBe(second.text));
});

test('a project that cannot be read says why, and since when its data are', async () => {
  show({ ...aws, sync: { ...aws.sync, error: 'GitLab refuses the token. Make a new one.' } });
  open('/clusters/campus-aws');
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('GitLab refuses the token.');
  expect(alert).toHaveTextContent(/Showing data from \d\d:\d\d/);
  expect(screen.getByText('eu-central-1')).toBeVisible();
});

test('what is wrong with its project shows on the cluster and in the list', async () => {
  const detail = 'grove/campus is archived.';
  show({ ...aws, troubles: [{ check: 'project', severity: 'failed', detail, cure: 'Unarchive it.' }] });
  const clusters = [{ ...branch(aws, []), troubles: [detail] }];
  api.answers({ 'GET /clusters/v1/clusters': { ...tree, clusters } });
  const { unmount } = open('/clusters/campus-aws');
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent(`${detail}Unarchive it. View project`);
  unmount();
  open('/clusters');
  expect(await screen.findByText(detail)).toBeVisible();
});

test('a cluster names what it runs and nobody finds in git', async () => {
  show({ ...aws, notInGit: ['old-course', 'test-7'] });
  open('/clusters/campus-aws');
  expect(await screen.findByText('The cluster runs 2 instances that aren’t in git')).toBeVisible();
  expect(screen.getByText(/^No file in the project describes old-course, test-7\. /)).toBeVisible();
});

test('an offline cluster says so with reason and age, and does not taint another', async () => {
  show(sandbox);
  const { unmount } = open('/clusters/sandbox');
  expect((await screen.findAllByText('Offline'))[0]).toBeVisible();
  expect(screen.getByText(/refused the connection/)).toBeVisible();
  unmount();
  show(aws);
  open('/clusters/campus-aws');
  expect((await screen.findAllByText('Online'))[0]).toBeVisible();
});

const panel = (name: string) => screen.findByRole('region', { name });

test('nodes say what is wrong with them and what their pods have asked for', async () => {
  open('/clusters/campus-aws');
  const rows = within(await screen.findByRole('table', { name: 'Nodes' })).getAllByRole('row');
  expect(rows).toHaveLength(4);
  expect(rows[1]).toHaveTextContent(
    /^node-3Degraded.*short of memory and evicts pods\. Move pods away.*t3\.xlarge, eu-central-1c4 cores, 16 GiB/,
  );
  expect(rows[1]).toHaveTextContent('20 of 58, 34%3.5 of 3.92, 89%13.5 GiB of 15 GiB, 90%');
  expect(rows[2]).toHaveTextContent(/^node-1Healthy/);
  expect(await faults()).toEqual([]);
});

test('warnings of the whole cluster lead to the instances that they are about', async () => {
  const { name } = meridian;
  const { user } = open('/clusters/campus-aws');
  const table = await screen.findByRole('table', { name: 'Warnings of the cluster' });
  expect(within(table).getAllByRole('row')[1]).toHaveTextContent('BackOff');
  const node = within(table).getByRole('row', { name: /EvictionThresholdMet/ });
  expect(node).toHaveTextContent(/—EvictionThresholdMetNode node-3Attempting to reclaim memory3$/);
  expect(within(node).queryByRole('link')).toBeNull();
  await user.click(within(table).getAllByRole('link', { name })[0] as HTMLElement);
  expect(await screen.findByRole('heading', { name, level: 1 })).toBeVisible();
});

test('what is no instance here is no link, and of many warnings the latest are shown', async () => {
  const event = { instance: 'stranger', kind: 'Pod', reason: 'BackOff', message: 'Back-off', count: 1 };
  const events = Array.from({ length: 35 }, (_, n) => ({
    ...event,
    object: `pod-${n}`,
    at: new Date(Date.now() - n * 60_000).toISOString(),
  }));
  api.use(http.get('*/warnings', () => HttpResponse.json({ at: new Date().toISOString(), events })));
  const { user } = open('/clusters/campus-aws');
  const warnings = within(await panel('Warnings'));
  const table = within(await warnings.findByRole('table'));
  expect(table.getAllByRole('row')).toHaveLength(21);
  expect(table.getAllByText('stranger')).toHaveLength(20);
  expect(table.queryByRole('link')).toBeNull();
  await user.click(warnings.getByRole('button', { name: 'Show all 35' }));
  expect(table.getAllByRole('row')).toHaveLength(36);
  expect(warnings.queryByRole('button')).toBeNull();
});

test.each([
  ['Nodes', '*/nodes', 'Warnings'],
  ['Warnings', '*/warnings', 'Nodes'],
])('%s that cannot be had say so, and leave the rest', async (broken, path, well) => {
  api.use(http.get(path, () => HttpResponse.json({ detail: 'The inspector is busy.' }, { status: 503 })));
  open('/clusters/campus-aws');
  expect(await within(await panel(broken)).findByRole('alert')).toHaveTextContent('The inspector is busy.');
  expect(await within(await panel(well)).findByRole('table')).toBeVisible();
  expect(within(await panel(well)).queryByRole('alert')).toBeNull();
  expect(screen.getByText('eu-central-1')).toBeVisible();
});

test('a cluster that nobody can ask is not asked', async () => {
  const reason = 'The workloads in campus-aws are unknown: enter the address of its gateway.';
  show({ ...aws, online: { state: 'unknown', reason } });
  open('/clusters/campus-aws');
  expect(await panel('Workloads')).toHaveTextContent(
    /Unknown.*are unknown: enter the address of its gateway/,
  );
  expect(screen.queryByRole('region', { name: 'Nodes' })).toBeNull();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('what is not there, or not for me, does not exist', async () => {
  open('/clusters/none');
  expect(await screen.findByRole('heading', { name: 'Not found' })).toBeVisible();
});

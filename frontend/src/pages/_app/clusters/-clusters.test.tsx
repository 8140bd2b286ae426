import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

beforeEach(() => {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: mock.world.user,
  });
});

test('the list of clusters counts the states of their instances', async () => {
  open('/clusters');
  const row = await screen.findByRole('row', { name: /^campus-aws/ });
  expect(row).toHaveTextContent('AWS');
  expect(row).toHaveTextContent(/\d+ failed/);
  expect(await faults()).toEqual([]);
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

test('a project that cannot be read says why, and since when its data are', async () => {
  const [cluster] = mock.world.clusters;
  if (!cluster) throw new Error('an empty world');
  cluster.sync.error = 'GitLab refuses the token. Make a new one.';
  open('/clusters/campus-aws');
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('GitLab refuses the token.');
  expect(alert).toHaveTextContent(/as of \d\d:\d\d/);
  expect(screen.getByText('eu-central-1')).toBeVisible();
});

test('an offline cluster says so with reason and age, and does not taint another', async () => {
  const { unmount } = open('/clusters/sandbox');
  expect((await screen.findAllByText('Offline'))[0]).toBeVisible();
  expect(screen.getByText(/refused the connection/)).toBeVisible();
  unmount();
  open('/clusters/campus-aws');
  expect((await screen.findAllByText('Online'))[0]).toBeVisible();
});

test('what is not there, or not for me, does not exist', async () => {
  open('/clusters/none');
  expect(await screen.findByRole('heading', { name: 'Not found' })).toBeVisible();
});

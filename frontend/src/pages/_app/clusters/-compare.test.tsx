import { screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { academy, details } from '@/testing/fixtures/fleet';

const api = fixtureApi();
const read = 'GET /pipelines/v1/clusters/{cluster}/instances/{instance}/configuration';

beforeEach(() => {
  signIn('viewer');
  api.answers({ 'GET /instances/v1/clusters/{cluster}/instances/{instance}': details(academy) });
});

const commit = '1d0949cafe';

test('an instance is compared with itself in an earlier commit', async () => {
  const filesAt = (at: string, text: string) => ({
    commit: at,
    files: [
      { path: 'instances/academy/config.yml', text },
      { path: 'instances/academy/grove.yml', text: 'same' },
    ],
  });
  api.answers({
    [read]: ({ query }) => (query.commit ? filesAt(commit, 'A: 1\n') : filesAt('head', 'A: 2\n')),
  });
  const { user, router } = open('/clusters/campus-aws/instances/academy/compare');
  await user.type(await screen.findByLabelText('A commit'), 'main');
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  expect(await screen.findByText('A commit is 7 to 64 hexadecimal digits.')).toBeVisible();
  expect(api.sent(read)).toEqual([]);

  await user.clear(screen.getByLabelText('A commit'));
  await user.type(screen.getByLabelText('A commit'), commit);
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  expect(await screen.findByText('No differences')).toBeVisible();
  expect(await screen.findByRole('textbox', { name: 'config.yml, commit 1d0949ca' })).toHaveTextContent(
    'A: 1',
  );
  expect(screen.getByRole('textbox', { name: 'config.yml, now' })).toHaveTextContent('A: 2');
  expect(router.state.location.search).toEqual({ commit });
  expect(new Set(api.sent(read).map(({ query }) => query.commit?.[0]))).toEqual(new Set([undefined, commit]));
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test('a side that cannot be read says why', async () => {
  api.answers({ [read]: problem(404, 'There are no files of it.') });
  open('/clusters/campus-aws/instances/academy/compare?with=campus-aws/none');
  expect(await screen.findByRole('alert')).toHaveTextContent('Couldn’t load the configuration of none.');
});

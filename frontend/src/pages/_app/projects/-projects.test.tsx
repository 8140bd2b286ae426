import { screen, waitFor, within } from '@testing-library/react';
import { delay, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Check, CheckName } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { clusterPage, learn } from '@/testing/fixtures/fleet';
import { passed, projectOf, projectPage } from '@/testing/fixtures/projects';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();
const root = '/clusters/v1/projects';
const add = `POST ${root}` as const;

const cluster = { ...learn, id: 'new-one', name: 'new-one' };

/** Each check passes, except those that are given. */
function check(...others: Check[]) {
  api.answers({
    [`POST ${root}/check`]: ({ query }) => {
      const name = query.check?.[0] as CheckName;
      return { checks: [others.find((one) => one.check === name) ?? passed(name)] };
    },
  });
}

beforeEach(() => {
  localStorage.clear();
  signIn();
  check();
  const { project, health, sync } = projectOf(cluster);
  api.answers({
    [add]: { project },
    'GET /clusters/v1/clusters/{cluster}': clusterPage(cluster),
    [`GET ${root}/{cluster}`]: { ...projectPage(cluster), health: { ...health, checks: [] } },
    [`POST ${root}/{cluster}/check`]: ({ query }) => {
      api.answers({ [`GET ${root}/{cluster}`]: projectPage(cluster) });
      return { checks: [passed(query.check?.[0] as CheckName)] };
    },
    'POST /sync/v1/clusters/{cluster}': sync,
  });
});

type User = ReturnType<typeof open>['user'];

async function fill(user: User, project: string, apiToken: string) {
  await user.type(await screen.findByLabelText('Project'), project);
  await user.type(screen.getByLabelText('API token'), apiToken);
  await user.type(screen.getByLabelText('Trigger token'), 'trigger');
}

const press = (user: User) => user.click(screen.getByRole('button', { name: 'Check and add' }));

const checked = (name: string) =>
  within(screen.getByRole('list', { name: 'Checks' }))
    .getByText(name)
    .closest('li') as HTMLElement;

const at = ago(0);
const refused: Check = {
  check: 'token',
  at,
  state: 'failed',
  detail: 'GitLab refuses the token.',
  cure: 'Make a token with the scope api.',
  field: 'apiToken',
};
const skipped: Check = { check: 'gateway', at, state: 'skipped', detail: 'No gateway was entered.' };

test('a project is checked piece by piece; a failure says how to fix it and links to its field', async () => {
  check(refused, skipped);
  const { user } = open('/projects/new');
  await fill(user, 'grove/new-one', 'wrong');
  await press(user);
  await waitFor(() =>
    expect(screen.getByLabelText('API token')).toHaveAccessibleDescription(/GitLab refuses the token/),
  );
  expect(screen.getByLabelText('API token')).toHaveFocus();
  expect(checked('API token and scopes')).toHaveTextContent('Next step: Make a token with the scope api.');
  expect(checked('GitLab connection')).toHaveTextContent('Passed');
  expect(checked('Project')).toHaveTextContent('Not run');
  expect(checked('OpenFaaS gateway')).toHaveTextContent('Skipped');
  expect(api.sent(add)).toEqual([]);
  expect(await faults()).toEqual([]);

  await user.click(screen.getByLabelText('Project'));
  await user.click(screen.getByRole('button', { name: 'Go to API token' }));
  expect(screen.getByLabelText('API token')).toHaveFocus();
  await user.clear(screen.getByLabelText('API token'));
  await user.type(screen.getByLabelText('API token'), 'right');
  check(skipped);
  await user.click(screen.getByRole('button', { name: 'Retry check: API token and scopes' }));
  await waitFor(() => expect(checked('API token and scopes')).toHaveTextContent('Passed'));
  expect(api.bodies(`POST ${root}/check`).at(-1)).toMatchObject({
    project: 'grove/new-one',
    apiToken: 'right',
  });
  expect(api.sent(add), 'checking again adds nothing').toEqual([]);

  await press(user);
  expect(await screen.findByRole('heading', { name: 'new-one added', level: 1 })).toBeVisible();
  const progress = await screen.findByRole('list', { name: 'Progress' });
  await waitFor(() =>
    expect(within(progress).getByText('Repository read').closest('li')).toHaveTextContent('Done'),
  );
  await waitFor(() => expect(progress).toHaveTextContent('All is well with webhook.'));
  expect(screen.getByRole('link', { name: 'View cluster' })).toHaveAttribute('href', '/clusters/new-one');
  expect(await faults()).toEqual([]);
});

test('each check shows that it runs before it shows how it came out', async () => {
  api.use(http.post('*/function/clusters/v1/projects/check', () => delay('infinite')));
  const { user } = open('/projects/new');
  await fill(user, 'grove/new-one', 'right');
  await press(user);
  await waitFor(() => expect(checked('GitLab connection')).toHaveTextContent('Checking'));
  expect(checked('API token and scopes')).toHaveTextContent('Waiting');
  expect(screen.getByRole('button', { name: 'Check and add' })).toBeDisabled();
});

test('what can be put right later need not hold a project up', async () => {
  const { user } = open('/projects/new');
  await fill(user, 'grove/new-one', 'right');
  const detail = 'The gateway does not answer.';
  check({ ...skipped, state: 'failed', detail, cure: 'Is the address right?', field: 'gatewayUrl' });
  await user.type(screen.getByLabelText('Gateway'), 'https://nowhere.example.org');
  await press(user);
  await waitFor(() =>
    expect(screen.getByLabelText('Gateway')).toHaveAccessibleDescription(/does not answer/),
  );
  expect(api.sent(add)).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Add anyway' }));
  expect(await screen.findByRole('heading', { name: 'new-one added' })).toBeVisible();
  expect(api.bodies(add)).toMatchObject([{ gatewayUrl: 'https://nowhere.example.org' }]);
});

test('the address of a project’s page names its server and its path', async () => {
  const { user } = open('/projects/new');
  await fill(user, 'https://git.other.example/grove/new-one/-/tree/main', 'right');
  await user.click(screen.getByRole('radio', { name: /Generate one/ }));
  expect(screen.getByLabelText('Server')).toHaveValue('https://git.other.example');
  await press(user);
  await screen.findByRole('heading', { name: 'new-one added' });
  expect(api.bodies(add)).toEqual([
    {
      gitlabUrl: 'https://git.other.example',
      project: 'grove/new-one',
      apiToken: 'right',
      triggerToken: 'trigger',
      makeDeployKey: true,
    },
  ]);
});

test('a user who leaves and comes back finds what is not secret', async () => {
  const first = open('/projects/new');
  await fill(first.user, 'grove/new-one', 'glpat-secret');
  await first.user.click(screen.getByRole('radio', { name: /Paste/ }));
  await first.user.type(screen.getByLabelText('Private key'), 'secret-key');
  first.unmount();
  expect(localStorage.getItem('ocim-new-project-u1')).not.toMatch(/secret|"trigger"/);
  open('/projects/new');
  expect(await screen.findByLabelText('Project')).toHaveValue('grove/new-one');
  expect(screen.getByRole('radio', { name: /Paste/ })).toBeChecked();
  expect(screen.getByLabelText('API token')).toHaveValue('');
  expect(screen.getByLabelText('Private key')).toHaveValue('');
});

test('a project that is in Ocim already says so at its field', async () => {
  const { user } = open('/projects/new');
  const there = { field: 'body.project', message: 'is in the fleet already, as campus-aws' };
  api.answers({ [add]: problem(409, 'It is there.', [there]) });
  await fill(user, 'grove/campus-aws', 'right');
  await press(user);
  await waitFor(() =>
    expect(screen.getByLabelText('Project')).toHaveAccessibleDescription(
      /in the fleet already, as campus-aws/,
    ),
  );
});

test('only administrators add projects', async () => {
  signIn('operator');
  open('/projects/new');
  expect(await screen.findByText('You don’t have permission')).toBeVisible();
  expect(screen.queryByLabelText('API token')).not.toBeInTheDocument();
});

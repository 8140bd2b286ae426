import { screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, open, useWorld } from '@/testing/app';

const mock = useWorld();

function enterAs(role: 'viewer' | 'operator' | 'administrator') {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...mock.world.user, role },
  });
}

beforeEach(() => enterAs('administrator'));

const projects = '/administration/projects';

describe('the list of projects', () => {
  test('shows the health of token, webhook and sync, and finds projects that need attention', async () => {
    const [, cluster] = mock.world.clusters;
    if (!cluster) throw new Error('an empty world');
    cluster.sync.error = 'GitLab refuses the token.';
    const { user, router } = open(projects);
    const row = await screen.findByRole('row', { name: /^campus-aws.*on gitlab\.example\.org/ });
    expect(within(row).getAllByText('Passed')).toHaveLength(3);
    expect(screen.getByRole('row', { name: /^learn-do/ })).toHaveTextContent('GitLab refuses the token.');
    expect(await faults()).toEqual([]);
    await user.click(screen.getByLabelText('Needs attention'));
    await waitFor(() => expect(screen.queryByRole('row', { name: /^campus-aws/ })).not.toBeInTheDocument());
    expect(screen.getByRole('row', { name: /^learn-do/ })).toBeVisible();
    await user.type(screen.getByLabelText('Filter by name, path or server'), 'nothing');
    await waitFor(() => expect(router.state.location.search).toMatchObject({ name: 'nothing' }));
    await user.click(await screen.findByRole('button', { name: 'Clear filters' }));
    expect(await screen.findByRole('row', { name: /^campus-aws/ })).toBeVisible();
  });

  test('is for operators, who add none', async () => {
    enterAs('viewer');
    const { unmount } = open(projects);
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
    unmount();
    enterAs('operator');
    open(projects);
    expect(await screen.findByRole('row', { name: /^campus-aws/ })).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Add GitLab project' })).not.toBeInTheDocument();
  });
});

describe('a project', () => {
  test('is checked with the credentials it has; a failure stands with its cure', async () => {
    const { user } = open(`${projects}/campus-aws`);
    const list = await screen.findByRole('list', { name: 'Checks' });
    mock.use(
      http.post('*/function/clusters/v1/projects/campus-aws/check', ({ request }) => {
        const check = new URL(request.url).searchParams.get('check');
        const failed = check === 'webhook';
        return HttpResponse.json({
          checks: [
            {
              check,
              at: new Date().toISOString(),
              state: failed ? 'failed' : 'passed',
              detail: failed ? 'the project has no webhook.' : 'Well.',
              ...(failed ? { cure: 'Rotate the webhook’s secret here.' } : {}),
            },
          ],
        });
      }),
    );
    await user.click(screen.getByRole('button', { name: 'Check all' }));
    await waitFor(() =>
      expect(within(list).getByText('Webhook').closest('li')).toHaveTextContent(
        'Next step: Rotate the webhook’s secret here.',
      ),
    );
    await waitFor(() => expect(screen.getByText('12 passed, 1 failed')).toBeVisible());
    expect(await faults()).toEqual([]);
  });

  test('gets another token once GitLab accepts it; none is ever shown', async () => {
    const { user } = open(`${projects}/campus-aws`);
    await user.click(await screen.findByRole('button', { name: 'Replace the API token' }));
    const dialog = await screen.findByRole('dialog', { name: 'Replace the API token' });
    const field = within(dialog).getByLabelText('API token');
    expect(field).toHaveValue('');
    await user.type(field, 'wrong');
    await user.click(within(dialog).getByRole('button', { name: 'Replace' }));
    await waitFor(() => expect(field).toHaveAccessibleDescription(/GitLab refuses the token/));
    await user.clear(field);
    await user.type(field, 'right');
    await user.click(within(dialog).getByRole('button', { name: 'Replace' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  });

  test('gets a new deploy key, whose fingerprint is shown', async () => {
    const { user } = open(`${projects}/campus-aws`);
    await user.click(await screen.findByRole('button', { name: 'Generate a deploy key' }));
    const dialog = await screen.findByRole('dialog', { name: 'Generate a deploy key?' });
    await user.click(within(dialog).getByRole('button', { name: 'Generate' }));
    expect(await screen.findByText('SHA256:new')).toBeVisible();
  });

  test('is removed once its name is typed, and it says what stays', async () => {
    const { user, router } = open(`${projects}/campus-aws?do=remove`);
    const dialog = await screen.findByRole('dialog', { name: 'Remove campus-aws from Ocim?' });
    expect(dialog).toHaveTextContent('the cluster, with all its instances and their data');
    const button = within(dialog).getByRole('button', { name: 'Remove from Ocim' });
    expect(button).toBeDisabled();
    expect(await faults(dialog)).toEqual([]);
    await user.type(within(dialog).getByLabelText('Type campus-aws'), 'campus-aws');
    await user.click(button);
    const removed = await screen.findByRole('dialog', { name: 'campus-aws removed' });
    expect(removed).toHaveTextContent('The GitLab project grove/campus-aws');
    await user.click(within(removed).getByRole('button', { name: 'View projects' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(projects));
    expect(await screen.findByRole('row', { name: /^learn-do/ })).toBeVisible();
    expect(screen.queryByRole('row', { name: /^campus-aws/ })).not.toBeInTheDocument();
  });

  test('keeps its credentials and its end from operators', async () => {
    enterAs('operator');
    open(`${projects}/campus-aws?do=remove`);
    expect(await screen.findByRole('button', { name: 'Check all' })).toBeVisible();
    expect(screen.queryByRole('table', { name: 'Credentials' })).not.toBeInTheDocument();
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Grove integration' })).not.toBeInTheDocument();
  });
});

describe('facts and links', () => {
  test('are set by hand, marked with what was found, and left to the repository again', async () => {
    const { user } = open(`${projects}/campus-aws/facts`);
    await user.click(await screen.findByRole('button', { name: 'Override: Region' }));
    const dialog = await screen.findByRole('dialog', { name: 'Override: Region' });
    expect(dialog).toHaveTextContent('In the repository: eu-central-1.');
    const field = within(dialog).getByLabelText('Region');
    await user.clear(field);
    await user.type(field, 'mars-1');
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    const row = await screen.findByRole('row', { name: /^Region mars-1 Overridden eu-central-1/ });
    expect(screen.getByText('1 overridden')).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(within(row).getByRole('button', { name: 'Remove override: Region' }));
    expect(await screen.findByRole('row', { name: /^Region eu-central-1 eu-central-1/ })).toBeVisible();
  });

  test('that the API refuses say so at the field', async () => {
    const { user } = open(`${projects}/campus-aws/facts?change=grafana`);
    const field = within(await screen.findByRole('dialog')).getByLabelText('Grafana');
    await user.clear(field);
    await user.type(field, 'not an address');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(field).toHaveAccessibleDescription(/Must be an address such as/));
  });

  test('show on the cluster’s page that they are', async () => {
    const [cluster] = mock.world.clusters;
    if (!cluster) throw new Error('an empty world');
    Object.assign(cluster, { region: 'mars-1', overridden: ['region'], found: { region: 'eu-central-1' } });
    open('/clusters/campus-aws');
    expect(await screen.findByText('mars-1')).toBeVisible();
    expect(screen.getByText(/overridden; in the repository: eu-central-1/)).toBeVisible();
    expect(screen.getByText('Provider’s Kubernetes console: unknown')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Update' })).toHaveAttribute(
      'href',
      `${projects}/campus-aws/facts`,
    );
    expect(screen.getByRole('link', { name: 'Remove' })).toHaveAttribute(
      'href',
      `${projects}/campus-aws?do=remove`,
    );
    expect(await faults()).toEqual([]);
  });
});

describe('the contract', () => {
  test('is tried as it is edited, says what is wrong at its field, and is kept after a question', async () => {
    const { user } = open(`${projects}/campus-aws/contract`);
    const archive = await screen.findByRole('region', { name: 'Archive' });
    const name = within(archive).getByLabelText('Variable 2');
    await user.clear(name);
    await user.type(name, 'CI_ARCHIVE');
    await waitFor(() => expect(name).toHaveAccessibleDescription(/GitLab and its runners use this name/));
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    await user.clear(name);
    await user.type(name, 'SLEEP_NOW');
    await waitFor(() =>
      expect(within(archive).getByLabelText('Request to GitLab')).toHaveTextContent('"SLEEP_NOW": "1"'),
    );
    expect(await faults()).toEqual([]);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled());
    expect(mock.world.contracts.size, 'a dry run keeps nothing').toBe(0);
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const dialog = await screen.findByRole('dialog', { name: 'Save the Grove integration?' });
    expect(dialog).toHaveTextContent('follow the dry run for: Archive.');
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(mock.world.contracts.get('campus-aws')).toEqual({
        allowReprovision: false,
        operations: {
          archive: { by: 'trigger', variables: { INSTANCE_NAME: '{instance}', SLEEP_NOW: '1' } },
        },
      }),
    );
    expect(await screen.findByRole('button', { name: 'Reset to default: Archive' })).toBeVisible();
  });

  test('shows by which keys settings are passed on, as JSON', async () => {
    const { user } = open(`${projects}/campus-aws/contract`);
    const text = await screen.findByLabelText('Routes');
    const type = async (json: string) => {
      await user.clear(text);
      await user.click(text);
      await user.paste(json);
    };
    await type('[{');
    await waitFor(() => expect(text).toHaveAccessibleDescription(/Enter a JSON list./));
    await type('[{"keys": ["*"], "prefix": "CI_"}]');
    await waitFor(() =>
      expect(text).toHaveAccessibleDescription(/routes\.0\.prefix: GitLab and its runners/),
    );
    await type('[{"keys": ["*"], "prefix": "CONFIG_", "file": "config.yml"}]');
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled());
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await user.click(
      within(await screen.findByRole('dialog', { name: 'Save the Grove integration?' })).getByRole('button', {
        name: 'Save',
      }),
    );
    await waitFor(() =>
      expect(mock.world.contracts.get('campus-aws')?.routes).toEqual([
        { keys: ['*'], prefix: 'CONFIG_', file: 'config.yml' },
      ]),
    );
    await user.click(await screen.findByRole('button', { name: 'Reset to default: settings for create' }));
    expect(screen.getByLabelText<HTMLTextAreaElement>('Routes').value).toContain('TUTOR_');
  });

  test('is an administrator’s business', async () => {
    enterAs('operator');
    open(`${projects}/campus-aws/contract`);
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
  });
});

describe('the usage report', () => {
  const usage = `${projects}/campus-aws/usage`;

  test('is tried as it is typed: what is understood, or why nothing is', async () => {
    const { user } = open(usage);
    const panel = await screen.findByRole('region', { name: 'Parsed result' });
    const attempt = () => user.click(within(panel).getByRole('button', { name: 'Test' }));
    await attempt();
    expect(await within(panel).findByText(/: 2 instances, and 1 row without a name\.$/)).toBeVisible();
    expect(within(panel).getByRole('row', { name: 'academy 120 30 4 9,000' })).toBeVisible();
    expect(within(panel).getByRole('row', { name: 'cinder-arts 120 30 4 —' })).toBeVisible();
    expect(await faults()).toEqual([]);

    const rows = screen.getByLabelText('Rows');
    await user.clear(rows);
    await user.type(rows, 'data.sites');
    expect(within(panel).getByText('From earlier settings')).toBeVisible();
    await attempt();
    expect(await within(panel).findByRole('alert')).toHaveTextContent('there is nothing at "data.sites"');
    await user.type(rows, 's');
    expect(within(panel).queryByRole('alert')).not.toBeInTheDocument();
    expect(mock.world.usageContracts.size, 'trying keeps nothing').toBe(0);
  });

  test('is kept, with what is wrong at its field, until it is the default again', async () => {
    const { user } = open(usage);
    const save = await screen.findByRole('button', { name: 'Save' });
    expect(save).toBeDisabled();
    expect(screen.queryByRole('button', { name: 'Reset to default' })).not.toBeInTheDocument();
    const users = screen.getByLabelText('Users');
    await user.clear(users);
    await user.type(users, '$.users');
    await user.click(save);
    await waitFor(() => expect(users).toHaveAccessibleDescription(/a path is names joined by dots/));
    expect(screen.getByText('Correct the marked fields.')).toBeVisible();
    await user.clear(users);
    await user.type(users, 'stats.users');
    expect(users).not.toHaveAccessibleDescription(/joined by dots/);

    const days = screen.getByLabelText('Days');
    await user.clear(days);
    await user.type(days, '400');
    expect(days).toHaveAccessibleDescription(/from 1 to 366/);
    expect(save).toBeDisabled();
    await user.selectOptions(screen.getByLabelText('Period'), 'The last full month');
    await user.click(screen.getByRole('button', { name: 'Add parameter' }));
    const name = screen.getByLabelText('Parameter 3');
    await user.type(name, 'from');
    expect(name).toHaveAccessibleDescription(/already listed/);
    await user.clear(name);
    await user.type(name, 'form');
    await user.type(screen.getByLabelText('Value of parameter 3'), 'json');
    await user.clear(screen.getByLabelText('Hits'));
    await user.click(screen.getByLabelText('Supports historical data'));
    await user.click(save);
    await waitFor(() =>
      expect(mock.world.usageContracts.get('campus-aws')).toEqual({
        function: 'usage-report',
        query: { from: '{from}', to: '{to}', form: 'json' },
        rows: 'instances',
        fields: {
          instance: 'instance',
          users: 'stats.users',
          activeUsers: 'activeUsers',
          courses: 'courses',
        },
        days: 0,
        history: true,
      }),
    );
    expect(await screen.findByText('No changes.')).toBeVisible();
    expect(screen.getByText('Other than the default')).toBeVisible();

    await user.click(screen.getByRole('button', { name: 'Reset to default' }));
    expect(users).toHaveValue('users');
    await user.click(save);
    await waitFor(() => expect(mock.world.usageContracts.size).toBe(0));
    expect(await screen.findByText('No changes.')).toBeVisible();
  });

  test('is not left with changes unasked', async () => {
    const { user, router } = open(usage);
    await user.type(await screen.findByLabelText('Function'), '-2');
    await user.click(screen.getByRole('link', { name: 'Grove integration' }));
    const dialog = await screen.findByRole('dialog', { name: 'Discard your changes?' });
    expect(router.state.location.pathname).toBe(usage);
    await user.click(within(dialog).getByRole('button', { name: 'Discard changes' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`${projects}/campus-aws/contract`));
  });

  test('is an administrator’s business', async () => {
    enterAs('operator');
    open(usage);
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Usage report' })).not.toBeInTheDocument();
  });
});

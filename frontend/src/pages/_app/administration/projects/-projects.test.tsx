import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CheckName, Cluster, ContractPage, UsageContract, UsageContractPage } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { aws, clusterPage, learn } from '@/testing/fixtures/fleet';
import { contractPage, passed, projectOf, projectPage } from '@/testing/fixtures/projects';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();
const root = '/clusters/v1/projects';
const show = (cluster: Cluster) =>
  ({
    'GET /clusters/v1/clusters/{cluster}': clusterPage(cluster),
    [`GET ${root}/{cluster}`]: projectPage(cluster),
  }) as const;

const failing = { ...learn, sync: { ...learn.sync, error: 'GitLab refuses the token.' } };

beforeEach(() => {
  signIn();
  api.answers({
    ...show(aws),
    [`GET ${root}`]: { projects: [projectOf(aws), projectOf(failing)] },
    'GET /sync/v1/clusters/{cluster}/damaged': { items: [] },
    'GET /sync/v1/clusters/{cluster}/set-aside': { events: [] },
  });
});

const projects = '/administration/projects';

describe('the list of projects', () => {
  test('shows the health of token, webhook and sync, and finds projects that need attention', async () => {
    const { user, router } = open(projects);
    const row = await screen.findByRole('row', { name: /^campus-aws.*on gitlab\.example\.org/ });
    expect(within(row).getAllByText('Passed')).toHaveLength(4);
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
    signIn('viewer');
    const { unmount } = open(projects);
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
    unmount();
    signIn('operator');
    open(projects);
    expect(await screen.findByRole('row', { name: /^campus-aws/ })).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Add GitLab project' })).not.toBeInTheDocument();
  });
});

describe('a project', () => {
  test('is checked with the credentials it has; a failure stands with its cure', async () => {
    const { user } = open(`${projects}/campus-aws`);
    const list = await screen.findByRole('list', { name: 'Checks' });
    const detail = 'the project has no webhook.';
    const cure = 'Rotate the webhook’s secret here.';
    api.answers({
      [`POST ${root}/{cluster}/check`]: ({ query }) => {
        const check = passed(query.check?.[0] as CheckName);
        return { checks: [check.check === 'webhook' ? { ...check, state: 'failed', detail, cure } : check] };
      },
    });
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
    const route = `PUT ${root}/{cluster}/credentials` as const;
    api.answers({
      [route]: problem(422, 'GitLab refuses the API token.', [
        { field: 'body.apiToken', message: 'GitLab refuses the token.' },
      ]),
    });
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
    api.answers({ [route]: { project: projectOf(aws).project } });
    await user.click(within(dialog).getByRole('button', { name: 'Replace' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(api.bodies(route)).toEqual([{ apiToken: 'wrong' }, { apiToken: 'right' }]);
  });

  test('gets a new deploy key, whose fingerprint is shown', async () => {
    const deployKey = { fingerprint: 'SHA256:new', publicKey: 'ssh-ed25519 AAAA', addedAt: ago(0) };
    const project = { ...projectOf(aws).project, deployKey };
    api.answers({
      [`POST ${root}/{cluster}/rotate`]: api.andThen(
        { project },
        { [`GET ${root}/{cluster}`]: projectPage(aws, { project }) },
      ),
    });
    const { user } = open(`${projects}/campus-aws`);
    await user.click(await screen.findByRole('button', { name: 'Generate a deploy key' }));
    const dialog = await screen.findByRole('dialog', { name: 'Generate a deploy key?' });
    await user.click(within(dialog).getByRole('button', { name: 'Generate' }));
    expect(await screen.findByText('SHA256:new')).toBeVisible();
    expect(api.bodies(`POST ${root}/{cluster}/rotate`)).toEqual([{ what: 'deployKey' }]);
  });

  test('is removed once its name is typed, and it says what stays', async () => {
    const remove = `DELETE ${root}/{cluster}` as const;
    api.answers({
      [remove]: api.andThen(
        { removed: ['The webhook at GitLab'], stays: ['The GitLab project grove/campus-aws'] },
        { [`GET ${root}`]: { projects: [projectOf(failing)] } },
      ),
    });
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
    expect(api.sent(remove)).toMatchObject([{ query: { confirm: ['campus-aws'] } }]);
    await user.click(within(removed).getByRole('button', { name: 'View projects' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(projects));
    expect(await screen.findByRole('row', { name: /^learn-do/ })).toBeVisible();
    expect(screen.queryByRole('row', { name: /^campus-aws/ })).not.toBeInTheDocument();
  });

  test('keeps its credentials and its end from operators', async () => {
    signIn('operator');
    open(`${projects}/campus-aws?do=remove`);
    expect(await screen.findByRole('button', { name: 'Check all' })).toBeVisible();
    expect(screen.queryByRole('table', { name: 'Credentials' })).not.toBeInTheDocument();
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Grove integration' })).not.toBeInTheDocument();
  });
});

describe('facts and links', () => {
  test('are set by hand, marked with what was found, and left to the repository again', async () => {
    const changed = { ...aws, region: 'mars-1', overridden: ['region'], found: { region: 'eu-central-1' } };
    const { project } = projectOf(aws);
    const route = `PATCH ${root}/{cluster}` as const;
    api.answers({ [route]: api.andThen({ project }, show(changed)) });
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
    const restored = { ...aws, overridden: [], found: { region: 'eu-central-1' } };
    api.answers({ [route]: api.andThen({ project }, show(restored)) });
    await user.click(within(row).getByRole('button', { name: 'Remove override: Region' }));
    expect(await screen.findByRole('row', { name: /^Region eu-central-1 eu-central-1/ })).toBeVisible();
    expect(api.bodies(route)).toEqual([{ overrides: { region: 'mars-1' } }, { overrides: { region: null } }]);
  });

  test('that the API refuses say so at the field', async () => {
    const message = 'must be an address such as https://grafana.example.org';
    api.answers({
      [`PATCH ${root}/{cluster}`]: problem(422, 'No address.', [
        { field: 'body.overrides.grafana', message },
      ]),
    });
    const { user } = open(`${projects}/campus-aws/facts?change=grafana`);
    const field = within(await screen.findByRole('dialog')).getByLabelText('Grafana');
    await user.clear(field);
    await user.type(field, 'not an address');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(field).toHaveAccessibleDescription(/Must be an address such as/));
  });

  test('show on the cluster’s page that they are', async () => {
    const changed = { region: 'mars-1', overridden: ['region'], found: { region: 'eu-central-1' } };
    api.answers(show({ ...aws, ...changed }));
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
  const route = '/pipelines/v1/clusters/{cluster}/contract';
  const previewed = `POST ${route}/preview` as const;
  const put = `PUT ${route}` as const;
  const refused = (field: string, message: string) =>
    api.answers({ [previewed]: problem(422, message, [{ field: `body.${field}`, message }]) });
  /** What the API answers to a contract that it accepts: each operation's request as it would be. */
  const accepts = (page: ContractPage) =>
    api.answers({ [previewed]: page, [put]: api.andThen(page, { [`GET ${route}`]: page }) });
  const own = { by: 'trigger', variables: { INSTANCE_NAME: '{instance}', SLEEP_NOW: '1' } } as const;
  const reserved = 'GitLab and its runners use this name themselves';

  beforeEach(() => api.answers({ [`GET ${route}`]: contractPage(), [previewed]: contractPage() }));

  test('is tried as it is edited, says what is wrong at its field, and is kept after a question', async () => {
    const { user } = open(`${projects}/campus-aws/contract`);
    const archive = await screen.findByRole('region', { name: 'Archive' });
    const name = within(archive).getByLabelText('Variable 2');
    refused('operations.archive.variables.CI_ARCHIVE', reserved);
    await user.clear(name);
    await user.type(name, 'CI_ARCHIVE');
    await waitFor(() => expect(name).toHaveAccessibleDescription(/GitLab and its runners use this name/));
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    accepts(contractPage({ operations: { archive: own } }));
    await user.clear(name);
    await user.type(name, 'SLEEP_NOW');
    await waitFor(() =>
      expect(within(archive).getByLabelText('Request to GitLab')).toHaveTextContent('"SLEEP_NOW": "1"'),
    );
    expect(await faults()).toEqual([]);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled());
    expect(api.sent(put), 'a dry run keeps nothing').toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const dialog = await screen.findByRole('dialog', { name: 'Save the Grove integration?' });
    expect(dialog).toHaveTextContent('follow the dry run for: Archive.');
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    const sent = { allowReprovision: false, operations: { archive: own } };
    await waitFor(() => expect(api.bodies(put)).toEqual([sent]));
    expect(api.bodies(previewed).at(-1)).toEqual(sent);
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
    refused('routes.0.prefix', reserved);
    await type('[{"keys": ["*"], "prefix": "CI_"}]');
    await waitFor(() =>
      expect(text).toHaveAccessibleDescription(/routes\.0\.prefix: GitLab and its runners/),
    );
    const routes = [{ keys: ['*'], prefix: 'CONFIG_', file: 'config.yml' as const }];
    accepts(contractPage({ routes }));
    await type(JSON.stringify(routes));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled());
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await user.click(
      within(await screen.findByRole('dialog', { name: 'Save the Grove integration?' })).getByRole('button', {
        name: 'Save',
      }),
    );
    await waitFor(() => expect(api.bodies(put)).toMatchObject([{ routes }]));
    await user.click(await screen.findByRole('button', { name: 'Reset to default: Settings for create' }));
    expect(screen.getByLabelText<HTMLTextAreaElement>('Routes').value).toContain('TUTOR_');
  });

  test('is an administrator’s business', async () => {
    signIn('operator');
    open(`${projects}/campus-aws/contract`);
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
  });
});

describe('the usage report', () => {
  const usage = `${projects}/campus-aws/usage`;
  const route = `${root}/{cluster}/usage-contract` as const;
  const attempt = `POST ${route}/try` as const;
  const put = `PUT ${route}` as const;
  const usual: UsageContract = {
    function: 'usage-report',
    query: { from: '{from}', to: '{to}' },
    rows: 'instances',
    fields: {
      instance: 'instance',
      users: 'users',
      activeUsers: 'activeUsers',
      courses: 'courses',
      hits: 'hits',
    },
    days: 30,
  };
  const page = (own?: UsageContract): UsageContractPage => ({
    usage: own ?? usual,
    isDefault: own === undefined,
    default: usual,
  });
  const accepts = (own?: UsageContract) =>
    api.answers({ [put]: api.andThen(page(own), { [`GET ${route}`]: page(own) }) });

  beforeEach(() => api.answers({ [`GET ${route}`]: page() }));

  test('is tried as it is typed: what is understood, or why nothing is', async () => {
    const { user } = open(usage);
    const panel = await screen.findByRole('region', { name: 'Parsed result' });
    const press = () => user.click(within(panel).getByRole('button', { name: 'Test' }));
    const read = { instance: 'academy', users: 120, activeUsers: 30, courses: 4 };
    api.answers({
      [attempt]: {
        from: ago(24 * 60 * 30),
        to: ago(24 * 60),
        instances: [
          { ...read, hits: 9000 },
          { ...read, instance: 'cinder-arts' },
        ],
        skipped: 1,
      },
    });
    await press();
    expect(await within(panel).findByText(/: 2 instances, and 1 row without a name\.$/)).toBeVisible();
    expect(within(panel).getByRole('row', { name: 'academy 120 30 4 9,000' })).toBeVisible();
    expect(within(panel).getByRole('row', { name: 'cinder-arts 120 30 4 —' })).toBeVisible();
    expect(await faults()).toEqual([]);

    const rows = screen.getByLabelText('Rows');
    await user.clear(rows);
    await user.type(rows, 'data.sites');
    expect(within(panel).getByText('From earlier settings')).toBeVisible();
    api.answers({
      [attempt]: problem(503, 'The usage report is not in the form: there is nothing at "data.sites".'),
    });
    await press();
    expect(await within(panel).findByRole('alert')).toHaveTextContent('there is nothing at "data.sites"');
    await user.type(rows, 's');
    expect(within(panel).queryByRole('alert')).not.toBeInTheDocument();
    expect(api.bodies(attempt)).toMatchObject([{ usage: usual }, { usage: { rows: 'data.sites' } }]);
    expect(api.sent(put), 'trying keeps nothing').toEqual([]);
  });

  test('is kept, with what is wrong at its field, until it is the default again', async () => {
    const { user } = open(usage);
    const save = await screen.findByRole('button', { name: 'Save' });
    expect(save).toBeDisabled();
    expect(screen.queryByRole('button', { name: /^Reset to default/ })).not.toBeInTheDocument();
    const users = screen.getByLabelText('Users');
    await user.clear(users);
    await user.type(users, '$.users');
    const message = 'a path is names joined by dots, such as stats.users';
    api.answers({ [put]: problem(422, message, [{ field: 'body.usage.fields.users', message }]) });
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
    const own: UsageContract = {
      function: 'usage-report',
      query: { from: '{from}', to: '{to}', form: 'json' },
      rows: 'instances',
      fields: { instance: 'instance', users: 'stats.users', activeUsers: 'activeUsers', courses: 'courses' },
      days: 0,
      history: true,
    };
    accepts(own);
    await user.click(save);
    await waitFor(() => expect(api.bodies(put).at(-1)).toEqual({ usage: own }));
    expect(await screen.findByText('No changes.')).toBeVisible();
    expect(screen.getByText('Other than the default')).toBeVisible();

    await user.click(screen.getByRole('button', { name: 'Reset to default: Request' }));
    expect(users).toHaveValue('users');
    accepts();
    await user.click(save);
    await waitFor(() => expect(api.bodies(put).at(-1)).toEqual({}));
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
    signIn('operator');
    open(usage);
    expect(await screen.findByText('You don’t have permission')).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Usage report' })).not.toBeInTheDocument();
  });
});

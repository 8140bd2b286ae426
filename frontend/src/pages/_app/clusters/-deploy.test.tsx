import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Operation } from '@/api/types';
import { editor, faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { details, instance } from '@/testing/fixtures/fleet';
import { file, operation, operationPage, preview, withOperations } from '@/testing/fixtures/operations';
import { pipeline } from '@/testing/fixtures/pipelines';

const api = fixtureApi();
const root = '/pipelines/v1/clusters/{cluster}';
const previewed = `POST ${root}/operations/preview` as const;
const start = `POST ${root}/operations` as const;
const read = 'GET /instances/v1/clusters/{cluster}/instances/{instance}';

const created = operation('op1', { instance: 'fresh', kind: 'create', reason: 'Because.' });
const pending = instance('fresh', { lifecycle: 'pending', health: { state: 'unknown' } });

beforeEach(() => {
  signIn();
  api.answers({
    'POST /pipelines/v1/check-file': { problems: [] },
    [previewed]: preview({
      kind: 'create',
      instances: ['fresh'],
      files: [
        file('@@ -0,0 +1,1 @@\n+PLATFORM_NAME: Fresh\n', {
          path: 'instances/fresh/config.yml',
          action: 'create',
          instance: 'fresh',
        }),
      ],
    }),
    [start]: api.andThen(created, {
      ...withOperations(created),
      [read]: details(pending, { operations: [created] }),
    }),
  });
});

async function openForm() {
  const shown = open('/clusters/campus-aws/deploy');
  const name = await screen.findByLabelText('Instance name');
  const yaml = await editor('Overrides (YAML)');
  const overrides = (text: string) =>
    yaml.dispatch({ changes: { from: 0, to: yaml.state.doc.length, insert: text } });
  const preview = () => shown.user.click(screen.getByRole('button', { name: 'Preview' }));
  const deploy = async () => {
    const button = await screen.findByRole('button', { name: 'Deploy' });
    await waitFor(() => expect(button).toBeEnabled());
    return button;
  };
  return { ...shown, name, overrides, preview, deploy };
}

test('says what is wrong with a name as one types', async () => {
  const { name, user } = await openForm();
  await user.type(name, 'Academy');
  expect(name).toHaveAccessibleDescription(/Start with a lowercase letter/);
  await user.clear(name);
  await user.type(name, 'academy');
  expect(name).toHaveAccessibleDescription(/already has an instance with this name/);
  await user.type(name, '-two');
  expect(screen.getByText('academy-two is available.')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('sends nothing that cannot be right', async () => {
  const { name, overrides, preview, user } = await openForm();
  await preview();
  expect(name).toHaveAccessibleDescription(/Enter a name/);
  await user.type(name, 'fresh');
  overrides('A: 1\nA: 2\n');
  expect(await screen.findByText(/^Line 2:/)).toBeVisible();
  await preview();
  expect(screen.queryByRole('button', { name: 'Deploy' })).not.toBeInTheDocument();
});

test('warns of a mistyped key as one types', async () => {
  const message = 'Unknown key LMS_HOSTT. Did you mean LMS_HOST?';
  const found = { file: 'config.yml', line: 2, column: 1, message, warning: true };
  api.answers({ 'POST /pipelines/v1/check-file': { problems: [found] } });
  const { overrides } = await openForm();
  overrides('PLATFORM_NAME: Fresh\nLMS_HOSTT: fresh.example.org\n');
  expect(await screen.findByText('Line 2: Unknown key LMS_HOSTT. Did you mean LMS_HOST?')).toBeVisible();
  await waitFor(() =>
    expect(api.bodies('POST /pipelines/v1/check-file').at(-1)).toMatchObject({
      text: 'PLATFORM_NAME: Fresh\nLMS_HOSTT: fresh.example.org\n',
    }),
  );
  api.answers({ 'POST /pipelines/v1/check-file': { problems: [] } });
  overrides('PLATFORM_NAME: Fresh\nLMS_HOST: fresh.example.org\n');
  await waitFor(() => expect(screen.queryByText(/Did you mean/)).toBeNull());
});

test('shows what the API says of a key at its line', async () => {
  const { name, overrides, preview, user } = await openForm();
  const errors = [{ field: 'overrides.CI_TOKEN', message: 'This key belongs to GitLab.' }];
  api.answers({ [previewed]: problem(422, 'Some of the input is wrong.', errors) });
  await user.type(name, 'fresh');
  overrides('PLATFORM_NAME: Fresh\nCI_TOKEN: mine\n');
  await preview();
  expect(await screen.findByText(/^Line 2: CI_TOKEN/)).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('Couldn’t deploy the instance');
});

test('shows what would be sent, and goes back to what was typed', async () => {
  const { name, overrides, preview, deploy, user } = await openForm();
  await user.type(name, 'fresh');
  overrides('PLATFORM_NAME: Fresh\n');
  await preview();
  await deploy();
  expect(api.bodies(previewed)).toEqual([
    { kind: 'create', instance: 'fresh', overrides: { PLATFORM_NAME: 'Fresh' } },
  ]);
  expect(screen.getByText(/^Affects fresh\./)).toBeVisible();
  expect(screen.getByText('Rebuilds container images, about 20 minutes')).toBeVisible();
  expect(screen.getByText(/^Request to GitLab:/)).toBeVisible();
  expect(screen.getByText('instances/fresh/config.yml')).toBeVisible();
  expect(screen.getByText(/^Grove writes these files/)).toBeVisible();
  expect(api.sent(start)).toEqual([]);
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Back to editing' }));
  expect(await screen.findByLabelText('Instance name')).toHaveValue('fresh');
  expect((await editor('Overrides (YAML)')).state.doc.toString()).toBe('PLATFORM_NAME: Fresh\n');
});

/** Of each start that was sent. */
const keys = () => api.sent(start).map(({ headers }) => headers.get('Idempotency-Key'));

test('starts one operation, however often it is pressed or repeated', async () => {
  api.answers({ [start]: () => HttpResponse.error() });
  const { name, preview, deploy, user } = await openForm();
  await user.type(name, 'fresh');
  await preview();
  await user.click(await deploy());
  expect(await screen.findByRole('alert')).toHaveTextContent('Couldn’t reach Ocim');
  api.answers({ [start]: api.andThen(created, { [read]: details(pending) }) });
  await user.dblClick(await deploy());
  await screen.findByRole('heading', { name: 'fresh', level: 1 });
  expect(keys()).toHaveLength(2);
  expect(new Set(keys()).size).toBe(1);
});

test('wanting something else is another operation', async () => {
  api.answers({ [start]: () => HttpResponse.error() });
  const { name, preview, deploy, user } = await openForm();
  await user.type(name, 'fresh');
  await preview();
  await user.click(await deploy());
  await screen.findByRole('alert');
  await user.click(screen.getByRole('button', { name: 'Back to editing' }));
  await user.type(await screen.findByLabelText('Instance name'), 'er');
  await preview();
  await user.click(await deploy());
  await waitFor(() => expect(keys()).toHaveLength(2));
  expect(new Set(keys()).size).toBe(2);
});

test('goes to the instance and follows it until it is live', async () => {
  const { name, overrides, router, preview, deploy, user } = await openForm();
  await user.type(name, 'fresh');
  overrides('PLATFORM_NAME: Fresh\n');
  await user.type(screen.getByLabelText('Reason (optional)'), 'Because.');
  await preview();
  await user.click(await deploy());
  expect(await screen.findByText(/“Because.”/)).toBeVisible();
  expect(router.state.location.search).toEqual({ operation: 'op1' });
  expect((await screen.findAllByText('Pending'))[0]).toBeVisible();
  expect(api.bodies(start)).toMatchObject([
    {
      kind: 'create',
      instance: 'fresh',
      overrides: { PLATFORM_NAME: 'Fresh' },
      reason: 'Because.',
      previewHash: 'h1',
    },
  ]);
  const done: Operation = {
    ...created,
    state: 'succeeded',
    endedAt: new Date().toISOString(),
    pipelines: [pipeline.id],
  };
  api.answers({
    ...withOperations(done),
    [read]: details(instance('fresh'), { operations: [done] }),
    [`GET ${root}/operations/{operation}`]: operationPage(done, { pipelines: [pipeline] }),
    [`GET ${root}/pipelines/{pipeline}`]: { pipeline, children: [], actions: [] },
  });
  const steps = await screen.findByRole('list', { name: 'Progress' });
  await waitFor(() => expect(steps).toHaveTextContent('Succeeded, done'), { timeout: 8_000 });
  await waitFor(() => expect(screen.getAllByText('Active')[0]).toBeVisible());
  expect(await screen.findByRole('list', { name: 'Stages' })).toHaveTextContent('tutor-deploy');
});

test('is not for who may only look', async () => {
  signIn('viewer', { clusters: { 'learn-do': 'operator' } });
  const { unmount } = open('/clusters/campus-aws/deploy');
  expect(await screen.findByText('You don’t have permission')).toBeVisible();
  unmount();
  open('/clusters/learn-do/deploy');
  expect(await screen.findByLabelText('Instance name')).toBeVisible();
  expect(within(document.body).queryByText('You don’t have permission')).not.toBeInTheDocument();
});

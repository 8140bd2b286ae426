import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { FileProblem, Files, OperationRequest } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { files } from '@/testing/fixtures/fleet';
import { operation, preview as previewOf, withOperations } from '@/testing/fixtures/operations';

const api = fixtureApi();
const previewed = 'POST /pipelines/v1/clusters/{cluster}/operations/preview';
const begin = 'POST /pipelines/v1/clusters/{cluster}/operations';
const edit = 'POST /pipelines/v1/edit-file';
const read = 'GET /pipelines/v1/clusters/{cluster}/instances/{instance}/configuration';
const check = 'POST /pipelines/v1/check-file';

const [config] = files.files;
const withText = (text: string, commit = files.commit): Files => ({
  commit,
  files: files.files.map((f) => (f === config ? { ...f, text } : f)),
});
/** The text of config.yml of which the last preview was requested. */
const previewedText = () => (api.bodies(previewed).at(-1) as OperationRequest | undefined)?.files?.[0]?.text;

/** How many files each preview was requested with. */
const previewedFiles = () =>
  api.bodies(previewed).map((body) => (body as OperationRequest).files?.length ?? 0);

beforeEach(() => {
  signIn();
  const started = operation('op1');
  api.answers({
    [edit]: ({ body }) => ({ text: edited(body as EditFile) }),
    [check]: { problems: [] },
    [previewed]: previewOf(),
    [begin]: api.andThen(started, withOperations(started)),
    'GET /pipelines/v1/key-effects': { keys: [], effects: [] },
  });
});

interface EditFile {
  text: string;
  changes: { path: string[]; value?: unknown; unset?: boolean }[];
}

/** Stands for the backend, for what these tests change: a line of its own, and the end of a list. */
function edited({ text, changes }: EditFile): string {
  let lines = text.split('\n');
  for (const { path, value, unset } of changes) {
    const [key = '', item] = path;
    const at = lines.findIndex((line) => line.startsWith(`${key}:`));
    if (unset === true) lines = lines.filter((_, i) => i !== at);
    else if (item === undefined) lines[at] = `${key}: ${String(value)}`;
    else lines.splice(at + 1 + Number(item), 0, `  - ${String(value)}`);
  }
  return lines.join('\n');
}

const path = 'instances/academy/config.yml';
const address = '/clusters/campus-aws/instances/academy/update';

async function start() {
  const shown = open(address);
  const name = await screen.findByRole('textbox', { name: 'Platform name shown to learners' });
  return { ...shown, name };
}

async function preview(user: ReturnType<typeof open>['user']) {
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  return screen.findByRole('region', { name: 'Preview' });
}

test('a field changes the file, the preview shows it, and what was shown is what is sent', async () => {
  const { user, name, router } = await start();
  expect(name).toHaveValue('Academy Learning');
  expect(screen.getByRole('button', { name: 'Preview' })).toBeDisabled();
  await user.clear(name);
  await user.paste('The Academy');
  expect(await faults(screen.getByRole('main'))).toEqual([]);
  await user.click(screen.getByRole('textbox', { name: 'Reason (optional)' }));
  await user.paste('new name');
  const shown = await preview(user);
  expect(await within(shown).findByText(/Rebuilds container images/)).toBeVisible();
  await waitFor(() => expect(shown).toHaveTextContent('PLATFORM_NAME: The Academy'));
  expect(previewedText()).toContain('\nPLATFORM_NAME: The Academy\n');
  expect(await faults(shown)).toEqual([]);
  const go = screen.getByRole('button', { name: 'Deploy' });
  await waitFor(() => expect(go).toBeEnabled());
  await user.dblClick(go);
  await screen.findByRole('heading', { name: 'Operation: Update' });
  expect(router.state.location.pathname).toBe('/clusters/campus-aws/instances/academy');
  const bodies = api.bodies(begin);
  expect(bodies).toHaveLength(1);
  const {
    files: sent,
    baseCommit,
    previewHash,
    reason,
  } = bodies[0] as {
    files: { path: string; text: string }[];
  } & Record<string, unknown>;
  expect(sent).toHaveLength(1);
  expect(sent[0]?.path).toBe(path);
  expect(sent[0]?.text).toContain('\nPLATFORM_NAME: The Academy\n');
  expect(sent[0]?.text).toContain('MYSQL_ROOT_PASSWORD: "••••••••"');
  expect({ baseCommit, reason, previewHash }).toEqual({
    baseCommit: files.commit,
    reason: 'new name',
    previewHash: 'h1',
  });
});

test('plugins keep their lines; an emptied field removes its key', async () => {
  const { user } = await start();
  const plugins = screen.getByRole('textbox', { name: 'Plugins, one per line' });
  await user.click(plugins);
  await user.keyboard('{Enter}');
  await user.paste('indigo');
  expect(plugins).toHaveValue('mfe\nforum\ngrove\nmeilisearch\nindigo');
  await user.clear(screen.getByRole('textbox', { name: 'Contact email' }));
  await user.tab();
  const shown = await preview(user);
  await waitFor(() => expect(shown).toHaveTextContent('- indigo'));
  expect(previewedText()).toContain('- indigo');
  expect(previewedText()).not.toContain('CONTACT_EMAIL');
  await user.click(screen.getByRole('button', { name: 'Back to editing' }));
  expect(await screen.findByRole('textbox', { name: 'Contact email' })).toHaveValue('');
  await user.click(screen.getByRole('button', { name: 'Discard changes' }));
  expect(screen.getByRole('textbox', { name: 'Contact email' })).toHaveValue('ops@example.org');
});

test('what is typed counts as a change at once, and is in the file before the preview', async () => {
  const { user, name } = await start();
  await user.type(name, ', Ltd.');
  expect(
    screen.getByText('1 file changed. You’ll review the changes before anything is sent.'),
  ).toBeVisible();
  await preview(user);
  expect((api.bodies(edit).at(-1) as EditFile).changes).toEqual([
    { path: ['PLATFORM_NAME'], value: 'Academy Learning, Ltd.' },
  ]);
  await waitFor(() => expect(previewedFiles()).toEqual([1]));
});

test('what could not be written stays in its field, with the reason, and is tried again', async () => {
  api.answers({ [edit]: () => HttpResponse.error() });
  const { user, name } = await start();
  await user.type(name, '!');
  await screen.findByText(/^Couldn’t add this to the file: Couldn’t reach Ocim/);
  expect(name).toHaveValue('Academy Learning!');
  expect(name).toBeInvalid();
  await user.click(screen.getByRole('button', { name: 'Preview' }));
  expect(screen.queryByRole('region', { name: 'Preview' })).toBeNull();
  api.answers({ [edit]: ({ body }) => ({ text: edited(body as EditFile) }) });
  const shown = await preview(user);
  await waitFor(() => expect(shown).toHaveTextContent('PLATFORM_NAME: Academy Learning!'));
  expect(previewedText()).toContain('PLATFORM_NAME: Academy Learning!');
});

test('what cannot be read is marked at its line and not sent', async () => {
  api.answers({ [read]: withText('A: 1\nB: [1\nC: 2\n') });
  open(address);
  const problems = await screen.findByRole('status', { name: `Problems in ${path}` });
  await waitFor(() => expect(problems).toHaveTextContent(/Line \d, column \d/));
  expect(screen.getByText(/^Couldn’t parse config.yml/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Preview' })).toBeDisabled();
});

test('a mistyped key and a wrong type are marked as one types, and what is only a warning goes on', async () => {
  const key = { line: 2, column: 1, message: 'Unknown key LMS_HOSTT. Did you mean LMS_HOST?', warning: true };
  const value = { line: 3, column: 15, message: 'ENABLE_HTTPS must be true or false.' };
  const found: FileProblem[] = [key, value].map((found) => ({ file: path, ...found }));
  const text = 'PLATFORM_NAME: Old\nLMS_HOSTT: a.example.org\nENABLE_HTTPS: maybe\n';
  api.answers({
    [read]: withText(text),
    [check]: ({ body }) => ({ problems: (body as { text: string }).text === text ? found : [] }),
  });
  const { user } = open(address);
  const problems = await screen.findByRole('status', { name: `Problems in ${path}` });
  const near = await within(problems).findByText(
    'Line 2, column 1: Unknown key LMS_HOSTT. Did you mean LMS_HOST?',
  );
  expect(near).toHaveAttribute('data-warning', 'true');
  const wrong = within(problems).getByText('Line 3, column 15: ENABLE_HTTPS must be true or false.');
  expect(wrong).not.toHaveAttribute('data-warning', 'true');
  expect(screen.getByRole('tab', { name: /config.yml.*with problems/ })).toBeVisible();
  await user.type(screen.getByRole('textbox', { name: 'Platform name shown to learners' }), 'er');
  expect(screen.getByRole('button', { name: 'Preview' })).toBeEnabled();
  expect(await faults(problems)).toEqual([]);
});

/** Somebody else changes the configuration; what is based on the commit before is refused from then on. */
function changeMeanwhile(from: string, to: string) {
  const message = 'config.yml was changed in commit 12345678 while it was being edited';
  const { hash: _, ...refused } = previewOf({
    files: [],
    warnings: [{ code: 'fileChanged', message, blocking: true }],
  });
  const theirs = withText(config?.text.replace(from, to) ?? '', '12345678e7b60d3a85512c09e7af1d24b8a9c6e01');
  api.answers({
    [read]: theirs,
    [previewed]: ({ body }) =>
      (body as OperationRequest).baseCommit === files.commit ? refused : previewOf(),
  });
}

test('what somebody else changed meanwhile is taken in, and what was typed stays', async () => {
  const { user, name } = await start();
  changeMeanwhile('CONTACT_EMAIL: ops@example.org', 'CONTACT_EMAIL: help@example.org');
  await user.type(name, '!');
  const shown = await preview(user);
  expect(await within(shown).findByText(/was changed in commit 12345678/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Deploy' })).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Merge their changes' }));
  const meanwhile = await screen.findByRole('region', { name: 'Changed in the meantime' });
  expect(meanwhile).toHaveTextContent('You changed different lines; both changes are kept.');
  await waitFor(() => expect(meanwhile).toHaveTextContent('CONTACT_EMAIL: help@example.org'));
  expect(await faults(meanwhile)).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Continue with the merge' }));
  const again = await screen.findByRole('region', { name: 'Preview' });
  await waitFor(() => expect(again).toHaveTextContent('Academy Learning!'));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Deploy' })).toBeEnabled());
  expect(previewedText()).toContain('PLATFORM_NAME: Academy Learning!\n');
  expect(previewedText()).toContain('CONTACT_EMAIL: help@example.org\n');
  await user.click(screen.getByRole('button', { name: 'Back to editing' }));
  expect(await screen.findByRole('textbox', { name: 'Contact email' })).toHaveValue('help@example.org');
  expect(screen.getByRole('textbox', { name: 'Platform name shown to learners' })).toHaveValue(
    'Academy Learning!',
  );
});

test('a line that both changed is decided by hand', async () => {
  const { user, name } = await start();
  changeMeanwhile('Academy Learning', 'The Learning Academy');
  await user.type(name, '!');
  await preview(user);
  await user.click(await screen.findByRole('button', { name: 'Merge their changes' }));
  const both = await screen.findByRole('group', { name: 'Conflict' });
  const go = screen.getByRole('button', { name: 'Continue with the merge' });
  expect(go).toBeDisabled();
  expect(await faults(both)).toEqual([]);
  await user.click(within(both).getByRole('radio', { name: /^Mine/ }));
  await user.click(go);
  const again = await screen.findByRole('region', { name: 'Preview' });
  await waitFor(() => expect(again).toHaveTextContent('PLATFORM_NAME: Academy Learning!'));
  await waitFor(() => expect(previewedText()).toContain('PLATFORM_NAME: Academy Learning!\n'));
});

test('one may drop what was typed for what somebody else changed', async () => {
  const { user, name } = await start();
  changeMeanwhile('Academy Learning', 'The Learning Academy');
  await user.type(name, '!');
  await preview(user);
  await user.click(await screen.findByRole('button', { name: 'Merge their changes' }));
  await user.click(await screen.findByRole('button', { name: 'Discard my changes' }));
  expect(await screen.findByRole('textbox', { name: 'Platform name shown to learners' })).toHaveValue(
    'The Learning Academy',
  );
  expect(screen.getByText('No changes yet.')).toBeVisible();
});

test('what the API says of a file stands at its line', async () => {
  const found = { field: `files.${path}`, message: 'line 4, column 2: nested too deep' };
  api.answers({ [previewed]: problem(422, 'Some of the input is wrong.', [found]) });
  const { user, name } = await start();
  await user.type(name, '!');
  await preview(user);
  await screen.findByText('Couldn’t load the preview.');
  await user.click(screen.getByRole('button', { name: 'Back to editing' }));
  expect(await screen.findByText('Line 4, column 2: nested too deep')).toBeVisible();
});

test('leaving asks before it drops what was edited', async () => {
  const { user, name, router } = await start();
  await user.type(name, '!');
  void router.navigate({ to: '/clusters' });
  const dialog = await screen.findByRole('dialog', { name: 'Discard your changes?' });
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect(router.state.location.pathname).toBe(address);
});

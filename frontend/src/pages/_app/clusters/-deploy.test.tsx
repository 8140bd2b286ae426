import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { session } from '@/api/client';
import { step } from '@/mocks/progress';
import { faults, open, useWorld } from '@/testing/app';

// The plain field, since jsdom lays out no lines for the editor.
vi.mock('@/components/yaml/Editor', async () => ({
  default: (await import('@/components/yaml/Plain')).Plain,
}));

const mock = useWorld();

beforeEach(() => {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: mock.world.user,
  });
});

async function openForm() {
  const shown = open('/clusters/campus-aws/deploy');
  const name = await screen.findByLabelText('Instance name');
  const overrides = (text: string) =>
    fireEvent.change(screen.getByLabelText('Overrides (YAML)'), { target: { value: text } });
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
  const { overrides } = await openForm();
  overrides('PLATFORM_NAME: Fresh\nLMS_HOSTT: fresh.example.org\n');
  expect(await screen.findByText('Line 2: Unknown key LMS_HOSTT. Did you mean LMS_HOST?')).toBeVisible();
  overrides('PLATFORM_NAME: Fresh\nLMS_HOST: fresh.example.org\n');
  await waitFor(() => expect(screen.queryByText(/Did you mean/)).toBeNull());
});

test('shows what the API says of a key at its line', async () => {
  const { name, overrides, preview, user } = await openForm();
  await user.type(name, 'fresh');
  overrides('PLATFORM_NAME: Fresh\nCI_TOKEN: mine\n');
  await preview();
  expect(await screen.findByText(/^Line 2: CI_TOKEN/)).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('Couldn’t deploy the instance');
});

test('shows what would be sent, and goes back to what was typed', async () => {
  const { name, overrides, preview, deploy, user } = await openForm();
  let asked = 0;
  mock.use(
    http.post('*/operations/preview', () => {
      asked++;
      return undefined;
    }),
  );
  await user.type(name, 'fresh');
  overrides('PLATFORM_NAME: Fresh\n');
  await preview();
  await deploy();
  expect(asked, 'times that the preview was asked for').toBe(1);
  expect(screen.getByText(/^Affects fresh\./)).toBeVisible();
  expect(screen.getByText('Rebuilds container images, about 20 minutes')).toBeVisible();
  expect(screen.getByText(/^Request to GitLab:/)).toBeVisible();
  expect(screen.getByText('instances/fresh/config.yml')).toBeVisible();
  expect(screen.getByText(/^Grove writes these files/)).toBeVisible();
  expect(mock.world.operations).toEqual([]);
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Back to editing' }));
  expect(await screen.findByLabelText('Instance name')).toHaveValue('fresh');
  expect(screen.getByLabelText('Overrides (YAML)')).toHaveValue('PLATFORM_NAME: Fresh\n');
});

test('starts one operation, however often it is pressed or repeated', async () => {
  const keys: (string | null)[] = [];
  mock.use(
    http.post('*/function/pipelines/v1/clusters/:c/operations', ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key'));
      return keys.length === 1 ? HttpResponse.error() : undefined;
    }),
  );
  const { name, preview, deploy, user } = await openForm();
  await user.type(name, 'fresh');
  await preview();
  await user.click(await deploy());
  expect(await screen.findByRole('alert')).toHaveTextContent('Couldn’t reach Ocim');
  await user.dblClick(await deploy());
  await screen.findByRole('heading', { name: 'fresh', level: 1 });
  expect(new Set(keys).size).toBe(1);
  expect(mock.world.operations.length).toBe(1);
});

test('wanting something else is another operation', async () => {
  const keys: (string | null)[] = [];
  mock.use(
    http.post('*/function/pipelines/v1/clusters/:c/operations', ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key'));
      return HttpResponse.error();
    }),
  );
  const { name, preview, deploy, user } = await openForm();
  await user.type(name, 'fresh');
  await preview();
  await user.click(await deploy());
  await screen.findByRole('alert');
  await user.click(screen.getByRole('button', { name: 'Back to editing' }));
  await user.type(await screen.findByLabelText('Instance name'), 'er');
  await preview();
  await user.click(await deploy());
  await waitFor(() => expect(keys.length).toBe(2));
  expect(new Set(keys).size).toBe(2);
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
  for (let i = 0; i < 12; i++) step(mock.world);
  const steps = await screen.findByRole('list', { name: 'Progress' });
  await waitFor(() => expect(steps).toHaveTextContent('Succeeded, done'), { timeout: 8_000 });
  await waitFor(() => expect(screen.getAllByText('Active')[0]).toBeVisible());
  expect(screen.getByRole('list', { name: 'Stages' })).toHaveTextContent('smoke-test');
});

test('is not for who may only look', async () => {
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...mock.world.user, role: 'viewer', clusters: { 'learn-do': 'operator' } },
  });
  const { unmount } = open('/clusters/campus-aws/deploy');
  expect(await screen.findByText('You don’t have permission')).toBeVisible();
  unmount();
  open('/clusters/learn-do/deploy');
  expect(await screen.findByLabelText('Instance name')).toBeVisible();
  expect(within(document.body).queryByText('You don’t have permission')).not.toBeInTheDocument();
});

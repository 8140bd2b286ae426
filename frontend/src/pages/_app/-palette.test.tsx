import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { fixtureApi, open, problem, signIn } from '@/testing/app';
import { page } from '@/testing/fixtures/fleet';
import { pipeline } from '@/testing/fixtures/pipelines';

const api = fixtureApi();

beforeEach(() => {
  localStorage.clear();
  signIn();
  api.answers({ 'GET /auth/v1/me/tokens': { tokens: [] } });
});

/** Opens the palette on the cheapest page. */
async function openPalette() {
  const app = open('/account/tokens');
  await screen.findByRole('heading', { level: 1 });
  await app.user.keyboard('{Control>}k{/Control}');
  return { ...app, input: await screen.findByRole('textbox', { name: 'Search or run' }) };
}

test('begins with recent and failing instances', async () => {
  localStorage.setItem('ocim.recent', '["campus-aws/academy"]');
  await openPalette();
  // Their headings are drawn by the style sheet.
  const first = await screen.findAllByRole('button', { name: /campus-aws|learn-do/ });
  expect(first[0]).toHaveTextContent(/^academy/);
  expect(first[1]).toHaveTextContent(/Failed|Degraded/);
});

test('finds a pipeline by its number', async () => {
  api.answers({
    'GET /pipelines/v1/clusters/{cluster}/pipelines/{pipeline}': ({ params }) =>
      params.cluster === 'campus-aws'
        ? { pipeline, children: [], actions: [] }
        : problem(404, 'There is no such pipeline.')(),
  });
  const { user } = await openPalette();
  await user.paste('#7016');
  expect(await screen.findByRole('button', { name: /Pipeline #7016/ })).toBeVisible();
});

test('finds releases, configuration and people', async () => {
  const { user, input } = await openPalette();
  await user.paste('teak');
  expect(await screen.findByRole('button', { name: /^teak\.1/ })).toBeVisible();
  expect(screen.getByRole('button', { name: /^teak\.2/ })).toBeVisible();
  expect(screen.getByRole('button', { name: /Instances configured with “teak”/ })).toBeVisible();
  await user.clear(input);
  await user.paste('bruno');
  expect(await screen.findByRole('button', { name: /Bruno Keller/ })).toBeVisible();
});

test('runs an action on an instance', async () => {
  const { user, router } = await openPalette();
  await user.paste('roll back academy');
  await user.click(await screen.findByRole('button', { name: /^Roll back academy/ }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe('/clusters/campus-aws/instances/academy');
    expect(router.state.location.search).toEqual({ ask: 'rollBack' });
  });
});

test('is moved through by arrow keys, which say where they are, and run by Enter', async () => {
  api.answers({ 'GET /clusters/v1/instances': page([]) });
  const { user, input, router } = await openPalette();
  await user.paste('account');
  const [first, ...others] = within(screen.getByRole('dialog')).getAllByRole('button');
  const last = others.at(-1) ?? first;
  const at = () => document.getElementById(input.getAttribute('aria-activedescendant') ?? '');
  expect(at()).toBe(first);
  await user.keyboard('{ArrowUp}');
  expect(at()).toBe(last);
  await user.keyboard('{ArrowDown}');
  expect(at()).toBe(first);
  await user.keyboard('{Enter}');
  await waitFor(() => expect(router.state.location.pathname).toBe('/account'));
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});

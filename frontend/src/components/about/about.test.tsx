import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Annotation, InstanceDetails } from '@/api/types';
import { faults, fixtureApi, open, problem, signIn } from '@/testing/app';
import { academy, details, noFacets, page } from '@/testing/fixtures/fleet';
import { ago } from '@/testing/fixtures/time';

const api = fixtureApi();
const readDetails = 'GET /instances/v1/clusters/{cluster}/instances/{instance}';

beforeEach(() => signIn());

test('a site that does not answer is said on its page, in the list and in its filter', async () => {
  const site = {
    state: 'down',
    reason: 'academy.example.org answers with an error (500).',
    nextStep: 'Read the log of the lms pods.',
    at: ago(12),
  } as const;
  const down = page([{ ...academy, site }], { facets: { ...noFacets, sites: { down: 1 } } });
  api.answers({ [readDetails]: details({ ...academy, site }), 'GET /clusters/v1/instances': down });
  const { router, user } = open('/clusters/campus-aws/instances/academy');
  expect(await screen.findByRole('alert')).toHaveTextContent(
    /Site down.*answers with an error \(500\).*Read the log of the lms pods/,
  );
  expect(await faults()).toEqual([]);
  await router.navigate({ to: '/instances', search: {} });
  await user.click(await screen.findByRole('button', { name: /1\s?Site fails/ }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?site=down&site=degraded'));
  await waitFor(() =>
    expect(api.sent('GET /clusters/v1/instances').at(-1)?.query).toMatchObject({
      site: ['down', 'degraded'],
    }),
  );
  const row = await screen.findByRole('row', { name: /academy/ });
  expect(row).toHaveTextContent('Site down');
});

test('a note and tags are written, and what the API says of one stands at its field', async () => {
  const save = 'PUT /pipelines/v1/clusters/{cluster}/instances/{instance}/annotation';
  api.answers({
    [save]: problem(422, 'x', [{ field: 'tags[1]', message: '"!" must begin with a letter' }]),
  });
  const { user } = open('/clusters/campus-aws/instances/academy?tab=details');
  const panel = await screen.findByRole('region', { name: 'Notes and tags' });
  await user.click(within(panel).getByRole('button', { name: 'Edit' }));
  const dialog = await screen.findByRole('dialog', { name: 'Notes and tags of academy' });
  expect(await faults()).toEqual([]);
  await user.type(within(dialog).getByLabelText('Note'), 'Ask Maya first.');
  await user.type(within(dialog).getByLabelText('Tags'), 'vip, !');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  expect(await within(dialog).findByText('"!" must begin with a letter.')).toBeVisible();
  const annotation: Annotation = { note: 'Ask Maya first.', tags: ['vip', 'eu'] };
  api.answers({ [save]: api.andThen(annotation, { [readDetails]: details({ ...academy, annotation }) }) });
  await user.clear(within(dialog).getByLabelText('Tags'));
  await user.type(within(dialog).getByLabelText('Tags'), 'vip eu');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(api.bodies(save).at(-1)).toEqual({
    note: 'Ask Maya first.',
    tags: ['vip', 'eu'],
    contacts: [],
    site: { off: false, connectTo: '' },
  });
  expect(await screen.findByRole('link', { name: 'Instances tagged vip' })).toHaveAttribute(
    'href',
    '/instances?tag=vip',
  );
});

type Details = InstanceDetails['details'];

// A field that is added to the API has to be added here, with where a person reads it.
const everything: Required<Details> = {
  release: 'teak',
  releaseFrom: 'requirements.txt',
  tutorVersion: '20.0.3',
  platformRepository: 'https://github.com/example/edx-platform.git',
  platformVersion: 'opencraft-release/teak.2',
  themeRepository: 'https://gitlab.com/example/comprehensive-theme.git',
  themeVersion: 'v4.1',
  contactEmail: 'team@academy.example.org',
  hosts: [
    { key: 'LMS_HOST', url: 'https://academy.example.org' },
    { key: 'MFE_HOST', url: 'https://apps.academy.example.org', default: true },
    { key: 'DISCOVERY_HOST', url: 'https://discovery.academy.example.org' },
  ],
  plugins: ['mfe', 'grove-simple-theme'],
  notes: [{ key: 'AN_IMPORTANT_NOTICE', text: 'Do not delete without asking Maya.', file: 'config.yml' }],
};

const readAs: Record<keyof Details, [region: string | undefined, ...texts: string[]]> = {
  release: ['Versions', 'teak'],
  releaseFrom: ['Versions', 'requirements.txt'],
  tutorVersion: ['Versions', '20.0.3'],
  platformRepository: ['Versions', 'github.com/example/edx-platform'],
  platformVersion: ['Versions', 'opencraft-release/teak.2'],
  themeRepository: ['Versions', 'gitlab.com/example/comprehensive-theme'],
  themeVersion: ['Versions', 'v4.1'],
  contactEmail: ['Versions', 'team@academy.example.org'],
  hosts: [
    'Addresses',
    'LMS_HOSTacademy.example.org',
    'MFE_HOSTapps.academy.example.orgTutor’s default',
    'DISCOVERY_HOSTdiscovery.academy.example.org',
  ],
  plugins: ['Versions', 'mfe', 'grove-simple-theme'],
  notes: [undefined, 'AN_IMPORTANT_NOTICE', 'config.yml', 'Do not delete without asking Maya.'],
};

test.each(Object.entries(readAs))('the page of an instance shows its %s', async (_, [region, ...shown]) => {
  api.answers({ [readDetails]: details(academy, { details: everything }) });
  open('/clusters/campus-aws/instances/academy?tab=details');
  const place = await screen.findByRole('region', { name: region ?? 'Versions' });
  const read = region === undefined ? document.body : place;
  for (const text of shown) expect(read).toHaveTextContent(text);
  for (const text of shown.filter((one) => /^git(hub|lab)/.test(one))) {
    expect(within(place).getByRole('link', { name: new RegExp(text) })).toHaveAttribute(
      'href',
      `https://${text}`,
    );
  }
});

test('what the configuration does not say is a dash, not nothing', async () => {
  open('/clusters/campus-aws/instances/academy?tab=details');
  const versions = await screen.findByRole('region', { name: 'Versions' });
  expect(versions).toHaveTextContent('Release—Tutor—Platform—Theme—Contact—Plugins—');
  expect(screen.getByText('The configuration names no address.')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a setting becomes a column with its values, and goes again', async () => {
  const values = { 'campus-aws': { academy: { OPENEDX_COMMON_VERSION: 'release/teak.3' } } };
  api.answers({
    'GET /clusters/v1/settings': { suggestions: [{ text: 'OPENEDX_COMMON_VERSION', instances: 9 }] },
    'GET /clusters/v1/instances': ({ query }) => page([academy], query.column ? { values } : {}),
  });
  const { router, user } = open('/instances');
  await user.click(await screen.findByRole('button', { name: 'Columns' }));
  const field = screen.getByLabelText(/Add a setting as a column/);
  await user.type(field, 'OPENEDX_COMMON_VERSION{Enter}');
  await waitFor(() => expect(router.state.location.searchStr).toBe('?column=OPENEDX_COMMON_VERSION'));
  expect(await screen.findByText('release/teak.3')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Remove column OPENEDX_COMMON_VERSION' }));
  await waitFor(() => expect(screen.queryByText('release/teak.3')).toBeNull());
});

import { expect, test } from 'vitest';
import { changesOf } from './changes';

test.each([
  [
    'only what differs',
    { email: 'a@example.org', grants: { global: 'viewer' }, disabled: false },
    { email: 'a@example.org', grants: { global: 'operator' }, disabled: false },
    [{ field: 'grants.global', before: 'viewer', after: 'operator' }],
  ],
  [
    'what came and what went',
    { grants: { clusters: { a: 'viewer' } } },
    { grants: { global: 'viewer' } },
    [
      { field: 'grants.clusters.a', before: 'viewer', after: undefined },
      { field: 'grants.global', before: undefined, after: 'viewer' },
    ],
  ],
  [
    'a value alone',
    '',
    'https://gw.example.org',
    [{ field: '', before: '(empty)', after: 'https://gw.example.org' }],
  ],
  [
    'a list of names',
    undefined,
    ['user', 'password'],
    [{ field: '', before: undefined, after: 'user, password' }],
  ],
  [
    'things in a list',
    null,
    { files: [{ Path: 'a.yml', Action: 'update' }] },
    [
      { field: 'files.0.Path', before: undefined, after: 'a.yml' },
      { field: 'files.0.Action', before: undefined, after: 'update' },
    ],
  ],
  [
    'yes and no',
    { disabled: false },
    { disabled: true },
    [{ field: 'disabled', before: 'no', after: 'yes' }],
  ],
  ['nothing', { a: 1 }, { a: 1 }, []],
])('describes %s', (_what, before, after, changes) => {
  expect(changesOf(before, after)).toEqual(changes);
});

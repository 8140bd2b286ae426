import { expect, test } from 'vitest';
import { listChanges, readKeys, scalarChanges } from './keys';

const text = `# Tutor configuration
LMS_HOST: "learn.example.org" # the front door
PORT: 0080
EMPTY:
PLUGINS:
  - mfe
  # needs a rebuild
  - forum
  - grove
GROVE_LMS_ENV:
  FEATURES:
    X: true
`;

function keys(of = text) {
  const found = readKeys(of);
  if (!found) throw new Error('not readable');
  return found;
}

test('reads scalars and lists', () => {
  const f = keys();
  expect(f.scalar('LMS_HOST')).toBe('learn.example.org');
  expect(f.scalar('PORT')).toBe('0080');
  expect(f.scalar('EMPTY')).toBe('');
  expect(f.scalar('GROVE_LMS_ENV')).toBeUndefined();
  expect(f.list('PLUGINS')).toEqual(['mfe', 'forum', 'grove']);
  expect(f.list('LMS_HOST')).toBeUndefined();
  expect(f.has('NOPE')).toBe(false);
  expect(keys('').has('A')).toBe(false);
});

test.each(['A: [1', '- a', 'A: 1\nA: 2'])('%j has no keys to show', (broken) => {
  expect(readKeys(broken)).toBeUndefined();
});

test.each([
  ['PORT', '', [{ path: ['PORT'], unset: true }]],
  ['NEW', '', []],
  ['PORT', '0080', []],
  ['PORT', '1.10', [{ path: ['PORT'], value: '1.10' }]],
])('the text of %s becomes %j, which is text whatever it looks like', (key, text, changes) => {
  expect(scalarChanges(keys(), key, text)).toEqual(changes);
});

test.each([
  ['PLUGINS', ['mfe', 'forum', 'grove'], []],
  ['PLUGINS', ['mfe', 'x', 'grove'], [{ path: ['PLUGINS', '1'], unset: true }, { path: ['PLUGINS', '2'], value: 'x' }]],
  ['PLUGINS', ['forum'], [{ path: ['PLUGINS', '2'], unset: true }, { path: ['PLUGINS', '0'], unset: true }]],
  ['PLUGINS', ['mfe', 'mfe', 'forum', 'grove'], [{ path: ['PLUGINS', '3'], value: 'mfe' }]],
  ['PLUGINS', [], [{ path: ['PLUGINS'], value: [] }]],
  ['PLUGINS', ['x'], [{ path: ['PLUGINS'], value: ['x'] }]],
  ['EMPTY', ['x'], [{ path: ['EMPTY'], value: ['x'] }]],
  ['NEW', ['x'], [{ path: ['NEW'], value: ['x'] }]],
  ['NEW', [], []],
])('the list %s becomes %j', (key, entries, changes) => {
  expect(listChanges(keys(), key, entries)).toEqual(changes);
}); // prettier-ignore

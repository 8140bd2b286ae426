import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { openYaml } from './yamlEdit';

const text = `# Tutor configuration
LMS_HOST: "learn.example.org" # the front door
PLATFORM_NAME: Demo
PORT: 0080
EMPTY:
PLUGINS:
  - mfe
  # needs a rebuild
  - forum
  - grove
FLOW: [a, b]
GROVE_LMS_ENV:
  FEATURES:
    X: true
`;

function file(of = text) {
  const found = openYaml(of);
  if (!found) throw new Error('not readable');
  return found;
}

/** Lines that differ, as [before, after]. */
function changes(after: string): [string[], string[]] {
  const [a, b] = [text.split('\n'), after.split('\n')];
  return [a.filter((l) => !b.includes(l)), b.filter((l) => !a.includes(l))];
}

test('reads scalars and lists, and leaves the rest alone', () => {
  const f = file();
  expect(f.scalar('LMS_HOST')).toBe('learn.example.org');
  expect(f.scalar('PORT')).toBe('0080');
  expect(f.scalar('EMPTY')).toBe('');
  expect(f.scalar('GROVE_LMS_ENV')).toBeUndefined();
  expect(f.list('PLUGINS')).toEqual(['mfe', 'forum', 'grove']);
  expect(f.list('LMS_HOST')).toBeUndefined();
  expect(f.has('NOPE')).toBe(false);
});

test.each([
  ['LMS_HOST', 'a.example.org', ['LMS_HOST: "a.example.org" # the front door']],
  ['PLATFORM_NAME', 'yes', ['PLATFORM_NAME: "yes"']],
  ['PLATFORM_NAME', 'Ada: the "first" # one', [`PLATFORM_NAME: 'Ada: the "first" # one'`]],
  ['PLATFORM_NAME', '{{ LMS_HOST }}', ['PLATFORM_NAME: "{{ LMS_HOST }}"']],
  ['EMPTY', 'full', ['EMPTY: full']],
  ['NEW', 'open-release/teak.2', ['NEW: open-release/teak.2']],
])('setting %s to %j changes one line', (key, value, lines) => {
  const after = file().setScalar(key, value);
  expect(changes(after)[1]).toEqual(lines);
  expect(file(after).scalar(key)).toBe(value);
  expect(after.startsWith('# Tutor configuration\n')).toBe(true);
});

test('an empty value removes the key and its line', () => {
  expect(changes(file().setScalar('PLATFORM_NAME', ''))).toEqual([['PLATFORM_NAME: Demo'], []]);
  expect(changes(file().setScalar('EMPTY', ''))).toEqual([['EMPTY:'], []]);
});

test('of a list only the lines that change do', () => {
  const after = file().setList('PLUGINS', ['mfe', 'grove', 'meilisearch']);
  expect(changes(after)).toEqual([['  - forum'], ['  - meilisearch']]);
  expect(after).toContain('# needs a rebuild');
  expect(file(after).list('PLUGINS')).toEqual(['mfe', 'grove', 'meilisearch']);
});

test.each([
  ['FLOW', ['a', 'c, d'], 'FLOW: [a, "c, d"]'],
  ['PLUGINS', [], 'PLUGINS: []\nFLOW'],
  ['NEW', ['x'], 'NEW:\n  - x'],
])('the list %s becomes %j', (key, entries, part) => {
  const after = file().setList(key, entries);
  expect(after).toContain(part);
  expect(file(after).list(key)).toEqual(entries);
});

test('a list at the end of a file without a last newline', () => {
  const after = file('PLUGINS:\n- a').setList('PLUGINS', ['a', 'b']);
  expect(parse(after)).toEqual({ PLUGINS: ['a', 'b'] });
});

test('an empty file takes its first key', () => {
  expect(file('').setScalar('A', 'b')).toBe('A: b\n');
});

test.each(['A: [1', '- a', 'A: 1\nA: 2'])('%j cannot be changed by key', (broken) => {
  expect(openYaml(broken)).toBeUndefined();
});

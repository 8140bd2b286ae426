import { expect, test } from 'vitest';
import { readRows } from './keyChanges';
import { emptyRow } from './keyRow';

test.each([
  ['7200', 7200],
  ['"7200"', '7200'],
  ['true', true],
  ['[a, b]', ['a', 'b']],
  ['{a: 1}', { a: 1 }],
  ['""', ''],
  ['a $ is a $', 'a $ is a $'],
  ['null', null],
])('the value %s', (value, wanted) => {
  const { changes, problems } = readRows([{ ...emptyRow(1), path: 'A.b', value }]);
  expect(problems.size).toBe(0);
  expect(changes).toEqual([{ file: 'config.yml', path: ['A', 'b'], value: wanted }]);
});

test('unsetting needs no value', () => {
  expect(readRows([{ ...emptyRow(1), path: 'A', act: 'unset' }]).changes).toEqual([
    { file: 'config.yml', path: ['A'], unset: true },
  ]);
});

test.each([
  [{ path: '', value: '1' }, 'path', /Enter a key/],
  [{ path: 'A..b', value: '1' }, 'path', /with dots/],
  [{ path: 'A b', value: '1' }, 'path', /with dots/],
  [{ path: 'A', value: ' ' }, 'value', /Enter a value/],
  [{ path: 'A', value: '[a' }, 'value', /Invalid YAML/],
] as const)('%j is refused', (row, field, why) => {
  expect(readRows([{ ...emptyRow(4), ...row }]).problems.get(4)?.[field]).toMatch(why);
});

test('a key that is changed twice is reported at its second change', () => {
  const row = { ...emptyRow(1), path: 'A', value: '1' };
  expect([...readRows([row, { ...row, id: 2 }]).problems.keys()]).toEqual([2]);
  expect(readRows([row, { ...row, id: 2, file: 'grove.yml' }]).problems.size).toBe(0);
});

test('a bomb of aliases is refused', () => {
  const bomb = `[&a [x,x,x,x,x,x,x,x,x], &b [${'*a,'.repeat(60)}x], [${'*b,'.repeat(60)}x]]`;
  expect(readRows([{ ...emptyRow(1), path: 'A', value: bomb }]).problems.get(1)?.value).toBeDefined();
});

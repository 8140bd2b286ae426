import { expect, test } from 'vitest';
import { parseSearch, safeReturnPath, stringifySearch } from './search';

test.each([
  [{ cluster: ['aws', 'do'], name: 'demo' }, '?cluster=aws&cluster=do&name=demo'],
  [{ name: '', sort: undefined, cluster: [] }, ''],
  [
    { setting: ['OPENEDX_COMMON_VERSION=open-release/teak.2'] },
    '?setting=OPENEDX_COMMON_VERSION%3Dopen-release/teak.2',
  ],
  [{ operation: '18446744073709551615' }, '?operation=18446744073709551615'],
])('%o is written as %s', (search, text) => {
  expect(stringifySearch(search)).toBe(text);
});

test('what was written is read back, and long numbers stay text', () => {
  expect(parseSearch('?cluster=aws&cluster=do&name=a+b&id=18446744073709551615')).toEqual({
    cluster: ['aws', 'do'],
    name: 'a b',
    id: '18446744073709551615',
  });
});

test.each([
  ['/instances?name=a', '/instances?name=a'],
  ['//evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\\evil.example', '/'],
  [undefined, '/'],
])('going back to %s leads to %s', (wanted, got) => {
  expect(safeReturnPath(wanted)).toBe(got);
});

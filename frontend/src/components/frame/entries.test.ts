import { expect, test } from 'vitest';
import { type Entry, search } from './entries';

const entry = (kind: Entry['kind'], label: string, about?: string): Entry => ({
  kind,
  id: label,
  label,
  run: () => undefined,
  ...(about === undefined ? {} : { about }),
});

const entries = [
  entry('Instances', 'zenith', 'academy-do'),
  entry('Instances', 'northern-academy', 'campus'),
  entry('Instances', 'academy', 'campus'),
  entry('Clusters', 'academy-do'),
  entry('Commands', 'Log out'),
];

const found = (text: string) =>
  search(entries, text).map(({ kind, found: all }) => [kind, all.map((e) => e.label)]);

test('what begins with the text comes first, then what holds it, then its cluster’s', () => {
  expect(found('aca')).toEqual([
    ['Instances', ['academy', 'northern-academy', 'zenith']],
    ['Clusters', ['academy-do']],
  ]);
});

test('all words must be held, in any order', () => {
  expect(found('do zen')).toEqual([['Instances', ['zenith']]]);
  expect(found('zen campus')).toEqual([]);
});

test('no text finds some of everything', () => {
  expect(found('').map(([kind]) => kind)).toEqual(['Instances', 'Clusters', 'Commands']);
});

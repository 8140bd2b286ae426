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

test('it begins with what was opened last and what fails, which are not found twice afterwards', () => {
  const more = [...entries, entry('Needs attention', 'zenith'), entry('Recent', 'academy')];
  expect(search(more, '').map(({ kind }) => kind)).toEqual([
    'Recent',
    'Needs attention',
    'Clusters',
    'Commands',
  ]);
  expect(search(more, 'zen').map(({ kind }) => kind)).toEqual(['Instances']);
});

test('what was asked for by the text is found whatever its label says', () => {
  const asked: Entry = { ...entry('Pipelines', 'Pipeline #7'), always: true };
  expect(search([asked], '#7x').map(({ kind }) => kind)).toEqual(['Pipelines']);
});

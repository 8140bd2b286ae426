import { expect, test } from 'vitest';
import { JobLogReader } from '@/lib/jobLog';
import { around, findRows, isFoldedFirst, rowAt, visibleRows } from './visible';

const mark = (kind: string, name: string) => `section_${kind}:1:${name}\r\x1b[0K`;
const reader = new JobLogReader();
reader.append(
  `${mark('start', 'get_sources')}Fetching\nHEAD is now at 1\n${mark('start', 'inner')}Inner\ndeep\n${mark('end', 'inner')}\n` +
    `${mark('end', 'get_sources')}${mark('start', 'step_script')}Running\n\x1b[31mERROR\x1b[0m: no\n`,
);
const { rows, sections } = reader;
const texts = (list: number[]) => list.map((i) => rows[i]?.text);

test('what the runner did by itself is folded, the script is not', () => {
  expect(sections.map(isFoldedFirst)).toEqual([true, false, false]);
});

test('a folded section hides its rows and those of sections within, but not its headline', () => {
  expect(texts(visibleRows(rows, sections, (s) => s === 0))).toEqual([
    'Fetching',
    'Running',
    '\x1b[31mERROR\x1b[0m: no',
  ]);
});

test('colors do not hide a text from the search', () => {
  expect(findRows(rows, 'error: no')).toEqual([rows.length - 1]);
  expect(findRows(rows, '')).toEqual([]);
});

test('sections around a row', () => {
  expect(rows.slice(3, 4).map((row) => around(row, sections))).toEqual([[1, 0]]);
});

test.each([
  [0, 0],
  [rows[2]?.at ?? 0, 2],
  [(rows[2]?.at ?? 0) + 3, 2],
  [1e9, rows.length - 1],
])('byte %d is in row %d', (at, index) => {
  expect(rowAt(rows, at)).toBe(index);
});

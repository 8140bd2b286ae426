import { expect, test } from 'vitest';
import { daysOf } from './days';

const now = new Date(2026, 10, 23, 0, 30).getTime();
const at = (...when: [number, number, number, number, number]) => ({ at: new Date(...when).toISOString() });

test('what happened stands under its day, as it is where the reader is', () => {
  const entries = [
    at(2026, 10, 23, 0, 10),
    at(2026, 10, 22, 23, 50),
    at(2026, 10, 22, 1, 0),
    at(2026, 10, 20, 12, 0),
  ];
  expect(daysOf(entries, now).map(({ name, entries: of }) => [name, of.length])).toEqual([
    ['Today', 1],
    ['Yesterday', 2],
    ['Friday 20 November', 1],
  ]);
});

test('nothing has no days', () => {
  expect(daysOf([], now)).toEqual([]);
});

import { expect, test } from 'vitest';
import { change, count, samplesOf } from './measures';

const point = (day: string, users?: number) => ({
  day,
  from: day,
  ...(users === undefined ? {} : { users }),
});

test('what a report left out is not a zero', () => {
  const points = [point('2026-10-03', 5), point('2026-10-10'), point('2026-10-17', 0)];
  expect(samplesOf(points, 'users')).toEqual([
    { time: Date.UTC(2026, 9, 3), value: 5 },
    { time: Date.UTC(2026, 9, 17), value: 0 },
  ]);
  expect(samplesOf(points, 'hits')).toEqual([]);
});

test.each([
  [[5], undefined],
  [[], undefined],
  [[5, 1205], '+1,200 since 3 Oct'],
  [[8, 9, 5], '−3 since 3 Oct'],
  [[8, 9, 8], 'unchanged since 3 Oct'],
])('%j went %s', (values, want) => {
  expect(change(values.map((value, i) => ({ time: Date.UTC(2026, 9, 3 + i), value })))).toBe(want);
});

test('numbers are grouped; an unknown one is a dash', () => {
  expect([count(1234567), count(0), count(undefined)]).toEqual(['1,234,567', '0', '—']);
});

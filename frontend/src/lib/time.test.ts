import { expect, test } from 'vitest';
import { duration, parseTime, relative } from './time';

const now = Date.parse('2026-11-22T12:00:00Z');

test.each([
  [-5, 'just now'],
  [-45, '45 s ago'],
  [-185, '3 min ago'],
  [-7_300, '2 h ago'],
  [-3 * 86_400, '3 d ago'],
  [3 * 86_400 + 5, 'in 3 d'],
])('%d seconds from now reads %s', (seconds, text) => {
  expect(relative(new Date(now + seconds * 1000), now)).toBe(text);
});

test.each([
  [48_000, '48 s'],
  [192_000, '3 min 12 s'],
  [3_840_000, '1 h 04 min'],
  [-5, '0 s'],
])('%d ms lasts %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('what is no time is undefined', () => {
  expect(parseTime(undefined)).toBeUndefined();
  expect(parseTime('0001-01-01T00:00:00Z')).toBeUndefined();
  expect(parseTime('soon')).toBeUndefined();
  expect(parseTime('2026-11-22T12:00:00Z')?.getTime()).toBe(now);
});

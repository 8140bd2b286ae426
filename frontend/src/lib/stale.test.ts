import { isStale, staleAfter } from './stale';

test.each([
  ['never known', undefined, true],
  ["Go's zero time", '0001-01-01T00:00:00Z', true],
  ['just now', '2026-11-28T12:00:00Z', false],
  ['as old as may be', '2026-11-28T11:57:00Z', false],
  ['older', '2026-11-28T11:56:59Z', true],
  ['of a clock that differs a little', '2026-11-28T12:01:00Z', false],
  ['of the future', '2026-11-28T12:01:01Z', true],
])('what is %s', (_, at, stale) => {
  expect(isStale(at, Date.parse('2026-11-28T12:00:00Z'))).toBe(stale);
  expect(staleAfter).toBe(180_000);
});

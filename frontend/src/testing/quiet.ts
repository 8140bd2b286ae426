import { afterEach, beforeEach, expect, vi } from 'vitest';

/** Complaints that belong to a test: a route that fails on purpose, and charts that have no size here. */
const expected = [
  /Error in route match/,
  /The above error occurred in the <MatchInnerImpl>/,
  /The width\(0\) and height\(0\) of chart/,
];

let complaints: string[] = [];

beforeEach(() => {
  complaints = [];
  for (const method of ['error', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      complaints.push(args.map(String).join(' '));
    });
  }
});

afterEach(() => {
  expect(complaints.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
});

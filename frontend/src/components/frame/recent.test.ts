// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { noteRecent, readRecent } from './recent';

beforeEach(() => localStorage.clear());

test('keeps the last five, the newest first, each once', () => {
  for (const id of ['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6', 'a/4']) noteRecent(id);
  expect(readRecent()).toEqual(['a/4', 'a/6', 'a/5', 'a/3', 'a/2']);
});

test.each(['{', '{"a":1}', 'null'])('survives what something else wrote: %s', (text) => {
  localStorage.setItem('ocim.recent', text);
  expect(readRecent()).toEqual([]);
  noteRecent('a/1');
  expect(readRecent()).toEqual(['a/1']);
});

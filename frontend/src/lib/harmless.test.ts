import { expect, test } from 'vitest';
import { harmless } from './harmless';

test.each([
  ['plain\ttext é 学 🐙', 'plain\ttext é 学 🐙'],
  ['<b>&amp;</b>', '<b>&amp;</b>'],
  ['user \u202eadmin\u202c', 'user \\u202eadmin\\u202c'],
  ['a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
  ['bell\u0007 back\u0008 c1\u009b31m', 'bell\\u0007 back\\u0008 c1\\u009b31m'],
])('%j is shown as %j', (given, want) => {
  expect(harmless(given)).toBe(want);
});

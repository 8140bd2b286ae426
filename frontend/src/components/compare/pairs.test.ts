import { expect, test } from 'vitest';
import { pairs } from './pairs';

const files = (of: Record<string, string>) => ({
  commit: 'c',
  files: Object.entries(of).map(([path, text]) => ({ path, text })),
});

test('files of two instances meet by name; those that differ stand first', () => {
  expect(
    pairs(
      files({ 'instances/a/config.yml': 'A: 1', 'instances/a/grove.yml': 'G: 1', 'instances/a/x.txt': 'x' }),
      files({ 'instances/b/config.yml': 'A: 1', 'instances/b/grove.yml': 'G: 2' }),
    ),
  ).toEqual([
    { name: 'grove.yml', before: 'G: 1', after: 'G: 2' },
    { name: 'x.txt', before: 'x', after: undefined },
    { name: 'config.yml', before: 'A: 1', after: 'A: 1' },
  ]);
});

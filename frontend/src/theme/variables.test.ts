import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const src = path.resolve(import.meta.dirname, '..');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /(?<!test)\.(css|tsx?)$/.test(file))
  .map((file) => readFileSync(path.join(src, file), 'utf8'))
  .join('\n');

const all = (pattern: RegExp) => new Set([...sources.matchAll(pattern)].map(([, name]) => name));

test('each variable of the theme that is used is there, and each that is there is used', () => {
  expect([...all(/var\((--ocim-[\w-]+)/g)].sort()).toEqual([...all(/(--ocim-[\w-]+):/g)].sort());
});

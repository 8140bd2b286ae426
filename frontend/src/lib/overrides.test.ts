import { expect, test } from 'vitest';
import { overrideKey } from './overrideKey';
import { readOverrides } from './overrides';

test('values and the line of each key', () => {
  const { values, lines, problems } = readOverrides('# why\nPLATFORM_NAME: Demo\n\nPLUGINS:\n  - mfe\n');
  expect(values).toEqual({ PLATFORM_NAME: 'Demo', PLUGINS: ['mfe'] });
  expect(lines).toEqual({ PLATFORM_NAME: 2, PLUGINS: 4 });
  expect(problems).toEqual([]);
});

test('nothing is no override', () => {
  expect(readOverrides('')).toEqual({ values: {}, lines: {}, problems: [] });
  expect(readOverrides('# only a comment\n').values).toEqual({});
});

test.each([
  ['A: 1\n\tB: 2\n', 2],
  ['A: 1\nA: 2\n', 2],
  ['A: [1\n', 2],
  ['- a\n- b\n', 1],
  ['just words', 1],
])('%j has a problem at line %d', (text, line) => {
  const { problems } = readOverrides(text);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems[0]?.line).toBe(line);
});

test('an alias bomb is a problem, soon', () => {
  const levels = Array.from({ length: 12 }, (_, i) =>
    i === 0
      ? 'L0: &l0 [x,x,x,x,x,x,x,x,x,x]'
      : `L${i}: &l${i} [${Array(10)
          .fill(`*l${i - 1}`)
          .join(',')}]`,
  );
  const start = performance.now();
  const { problems } = readOverrides(levels.join('\n'));
  expect(performance.now() - start).toBeLessThan(1000);
  expect(problems[0]?.message).toMatch(/alias/i);
});

test('what is too large is not parsed', () => {
  expect(readOverrides('x'.repeat(1_000_001)).problems[0]?.message).toBe('At most 1 MB.');
});

test.each([
  ['overrides.LMS_HOST', 'LMS_HOST'],
  ['overrides.GROVE_LMS_ENV.FEATURES', 'GROVE_LMS_ENV'],
  ['overrides["A B"]', 'A B'],
  ['instance', undefined],
])('%s is about %s', (field, key) => {
  expect(overrideKey(field)).toBe(key);
});

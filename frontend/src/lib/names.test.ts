import { expect, test } from 'vitest';
import { nameProblem } from './names';

test.each(['demo', 'campus-01', 'a', 'x'.repeat(49)])('%s may be a new instance', (name) => {
  expect(nameProblem(name, ['other'])).toBeUndefined();
});

test.each([
  ['', 'A name is needed.'],
  ['x'.repeat(50), 'At most 49 characters; this has 50.'],
  ['1st', 'Begin with a small letter.'],
  ['a b', 'A space is not allowed: small letters, digits and hyphens.'],
  ['aB', 'A capital letter is not allowed: small letters, digits and hyphens.'],
  ['a/../b', '“/” is not allowed: small letters, digits and hyphens.'],
  ['a--b', 'Hyphens stand alone, between letters or digits.'],
  ['a-', 'Hyphens stand alone, between letters or digits.'],
  ['demo', 'This cluster has an instance of that name.'],
  ['old-name', 'Clashes with old_name.'],
])('%j is refused: %s', (name, problem) => {
  expect(nameProblem(name, ['demo', 'old_name'])).toBe(problem);
});

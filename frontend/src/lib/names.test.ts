import { expect, test } from 'vitest';
import { nameProblem } from './names';

test.each(['demo', 'campus-01', 'a', 'x'.repeat(49)])('%s may be a new instance', (name) => {
  expect(nameProblem(name, ['other'])).toBeUndefined();
});

test.each([
  ['', 'Enter a name.'],
  ['x'.repeat(50), 'Use at most 49 characters; this has 50.'],
  ['1st', 'Start with a lowercase letter.'],
  ['a b', 'Use only lowercase letters, digits and hyphens (not a space).'],
  ['aB', 'Use only lowercase letters, digits and hyphens (not an uppercase letter).'],
  ['a/../b', 'Use only lowercase letters, digits and hyphens (not “/”, “.”).'],
  ['a--b', 'Use single hyphens between letters or digits.'],
  ['a-', 'Use single hyphens between letters or digits.'],
  ['demo', 'This cluster already has an instance with this name.'],
  ['old-name', 'Conflicts with old_name.'],
])('%j is refused: %s', (name, problem) => {
  expect(nameProblem(name, ['demo', 'old_name'])).toBe(problem);
});

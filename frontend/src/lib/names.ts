import * as texts from '@/texts/lib';

/** Longest name that fits the branches and namespaces Grove makes of it. */
export const longestName = 49;

/**
 * Why a name cannot be a new instance's, or undefined when it can. `taken` are the names the cluster
 * has already: Grove makes slugs of them and fails on a clash, so `a_b` and `a-b` are the same.
 */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return texts.aNameIsNeeded;
  if (name.length > longestName) return texts.atMostCharactersThisHas(longestName, name.length);
  if (!/^[a-z]/.test(name)) return texts.beginWithASmallLetter;
  const wrong = /[^a-z0-9-]/.exec(name);
  if (wrong) return texts.isNotAllowedSmallLettersDigits(describe(wrong[0]));
  if (name.endsWith('-') || name.includes('--')) return texts.hyphensStandAloneBetweenLettersOr;
  const clash = taken.find((other) => slug(other) === slug(name));
  if (clash !== undefined)
    return clash === name ? texts.thisClusterHasAnInstanceOf : texts.clashesWith(clash);
  return undefined;
}

/** The name as Grove makes a slug of it. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

function describe(character: string): string {
  if (character === ' ') return texts.aSpace;
  if (/[A-Z]/.test(character)) return texts.aCapitalLetter;
  if (character === '_') return texts.anUnderscore;
  return `“${character}”`;
}

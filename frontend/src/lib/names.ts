import * as texts from '@/texts/lib';

/** Longest name that fits the branches and namespaces Grove makes of it. */
export const longestName = 49;

/**
 * Every rule that a new instance's name breaks, or undefined when it breaks none. `taken` are the names the cluster
 * has already: Grove makes slugs of them and fails on a clash, so `a_b` and `a-b` are the same.
 */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return texts.enterAName;
  const problems: string[] = [];
  if (name.length > longestName) problems.push(texts.useAtMostCharactersThis(longestName, name.length));
  if (!/^[a-z]/.test(name)) problems.push(texts.startWithALowercaseLetter);
  const wrong = new Set(Array.from(name.matchAll(/[^a-z0-9-]/g), ([character]) => describe(character)));
  if (wrong.size > 0) problems.push(texts.isntAllowedUseLowercaseLetters([...wrong].join(', ')));
  if (name.endsWith('-') || name.includes('--')) problems.push(texts.useSingleHyphensBetweenLetters);
  if (problems.length > 0) return problems.join(' ');
  const clash = taken.find((other) => slug(other) === slug(name));
  if (clash !== undefined) return clash === name ? texts.thisClusterAlreadyHasAn : texts.conflictsWith(clash);
  return undefined;
}

/** A name close to one that breaks the rules, such as `law-school` for “Law School”; undefined when there is none. */
export function proposalFor(name: string, taken: readonly string[]): string | undefined {
  const proposal = slug(name)
    .replace(/^[^a-z]+/, '')
    .slice(0, longestName)
    .replace(/-+$/, '');
  return proposal === name || nameProblem(proposal, taken) !== undefined ? undefined : proposal;
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
  if (/[A-Z]/.test(character)) return texts.anUppercaseLetter;
  if (character === '_') return texts.anUnderscore;
  return `“${character}”`;
}

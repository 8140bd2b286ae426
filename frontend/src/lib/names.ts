/** Longest name that fits the branches and namespaces Grove makes of it. */
export const longestName = 49;

/**
 * Why a name cannot be a new instance's, or undefined when it can. `taken` are the names the cluster
 * has already: Grove makes slugs of them and fails on a clash, so `a_b` and `a-b` are the same.
 */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return 'A name is needed.';
  if (name.length > longestName) return `At most ${longestName} characters; this has ${name.length}.`;
  if (!/^[a-z]/.test(name)) return 'Begin with a small letter.';
  const wrong = /[^a-z0-9-]/.exec(name);
  if (wrong) return `${describe(wrong[0])} is not allowed: small letters, digits and hyphens.`;
  if (name.endsWith('-') || name.includes('--')) return 'Hyphens stand alone, between letters or digits.';
  const clash = taken.find((other) => slug(other) === slug(name));
  if (clash !== undefined)
    return clash === name ? 'This cluster has an instance of that name.' : `Clashes with ${clash}.`;
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
  if (character === ' ') return 'A space';
  if (/[A-Z]/.test(character)) return 'A capital letter';
  if (character === '_') return 'An underscore';
  return `“${character}”`;
}

import type { components } from '@/api/schema';

/** What the API knows of keys and of what changing them causes. */
export type Knowledge = components['schemas']['KeyEffectsOutputBody'];

const nameOf = (path: string) => path.split('/').at(-1) ?? path;

/** The keys of files, such as instances/demo/config.yml, with what they hold; of others none are known. */
export function keysOf(known: Knowledge | undefined, paths: readonly string[]): Record<string, string> {
  const names = paths.map(nameOf);
  const rows = (known?.keys ?? []).filter(({ key, file }) => names.includes(file) && !key.includes('*'));
  return Object.fromEntries(rows.map(({ key, doc }) => [key, doc]));
}

/** What a key holds and what changing it causes, in sentences. */
export function aboutKey(known: Knowledge | undefined, paths: readonly string[], key: string) {
  const row = rowOf(known, paths, key);
  const words = (row?.effects ?? []).map(
    (e) => known?.effects.find(({ effect }) => effect === e)?.words ?? e,
  );
  const effect = words.length === 0 ? '' : `${words.join(', ').replace(/^./, (c) => c.toUpperCase())}.`;
  // Whether what an instance has is lost from sight when the key is changed.
  return { doc: row ? `${row.doc}.` : '', effect, identity: row?.effects.includes('leavesData') ?? false };
}

function rowOf(known: Knowledge | undefined, paths: readonly string[], key: string) {
  const names = paths.map(nameOf);
  const fits = (pattern: string) =>
    pattern === key || (pattern.includes('*') && new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(key));
  return known?.keys.find((row) => names.includes(row.file) && fits(row.key));
}

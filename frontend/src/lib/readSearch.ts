import type { RawSearch } from './search';

/** Readers of a search: what is missing or nonsense is undefined, so that no link breaks a page. */

export function word(search: RawSearch, key: string): string | undefined {
  const value = search[key];
  return typeof value === 'string' ? value : undefined;
}

/** Any number of words: one alone is a list of one. */
export function words(search: RawSearch, key: string): string[] | undefined {
  const value = search[key];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

export function flag(search: RawSearch, key: string): boolean | undefined {
  return String(search[key]) === 'true' ? true : undefined;
}

export function oneOf<Word extends string>(choices: readonly Word[]) {
  return (search: RawSearch, key: string) => choices.find((choice) => choice === search[key]);
}

/** Reads a search key by key. */
export function searchOf<Readers extends Record<string, (search: RawSearch, key: string) => unknown>>(
  readers: Readers,
) {
  return (raw: RawSearch) =>
    Object.fromEntries(Object.entries(readers).map(([key, read]) => [key, read(raw, key)])) as {
      [Key in keyof Readers]?: ReturnType<Readers[Key]>;
    };
}

/** Leaves out what is undefined. */
export function present<T extends object>(search: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined),
  ) as typeof search;
}

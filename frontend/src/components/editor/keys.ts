import { isMap, isScalar, isSeq, type Pair, parseDocument } from 'yaml';
import type { FileEdit } from '@/api/types';

/** The form's files. */
export const fileNames = ['config.yml', 'grove.yml'] as const;
export type FileName = (typeof fileNames)[number];

/** A key of a file, as a field shows it. */
export interface Field {
  file: FileName;
  key: string;
  label: string;
  list?: boolean;
}

/** The values of a file's keys, as its form shows them. */
export interface Keys {
  /** The text of a scalar; undefined when the key is not there or holds something else. */
  scalar: (key: string) => string | undefined;
  /** The entries of a list of scalars; undefined for anything else. */
  list: (key: string) => string[] | undefined;
  has: (key: string) => boolean;
}

/** Reads a file. Undefined for what is no map. */
export function readKeys(text: string): Keys | undefined {
  const { contents, errors } = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  if (errors.length > 0 || (contents !== null && !isMap(contents))) return undefined;
  const pair = (key: string): Pair | undefined =>
    contents?.items.find((p) => isScalar(p.key) && p.key.value === key);
  return {
    has: (key) => pair(key) !== undefined,
    scalar: (key) => {
      const value = pair(key)?.value;
      return isScalar(value) ? textOf(value) : undefined;
    },
    list: (key) => {
      const value = pair(key)?.value;
      if (!isSeq(value) || !value.items.every((item) => isScalar(item))) return undefined;
      return value.items.map(textOf);
    },
  };
}

/** A scalar as it is written, without its quotes. */
function textOf(node: unknown): string {
  if (!isScalar(node) || node.value === null) return '';
  return typeof node.value === 'string' ? node.value : (node.source ?? JSON.stringify(node.value));
}

/** What makes a key hold a text; an empty one removes the key. */
export function scalarChanges(keys: Keys, key: string, text: string): FileEdit[] {
  if (text === '') return keys.has(key) ? [{ path: [key], unset: true }] : [];
  return text === keys.scalar(key) ? [] : [{ path: [key], value: text }];
}

/** What makes a key hold a list. Entries that stay keep their place and their comments; others follow them. */
export function listChanges(keys: Keys, key: string, entries: readonly string[]): FileEdit[] {
  const former = keys.list(key);
  if (!former) return entries.length === 0 ? [] : [{ path: [key], value: entries }];
  const added = [...entries];
  const removed: FileEdit[] = [];
  for (const [i, entry] of former.entries()) {
    const at = added.indexOf(entry);
    if (at >= 0) added.splice(at, 1);
    // The last goes first, since those behind an entry move up.
    else removed.unshift({ path: [key, String(i)], unset: true });
  }
  const stay = former.length - removed.length;
  // An emptied list may have lost the form in which it was written.
  if (stay === 0) return [{ path: [key], value: entries }];
  return [...removed, ...added.map((value, i) => ({ path: [key, String(stay + i)], value }))];
}

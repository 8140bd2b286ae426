import type { Files } from '@/api/types';

interface Pair {
  name: string;
  /** Absent when that side has no such file. */
  before: string | undefined;
  after: string | undefined;
}

/** The files of two configurations by their names, those that differ first. */
export function pairs(before: Files, after: Files): Pair[] {
  const [old, now] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names
    .map((name) => ({ name, before: old.get(name), after: now.get(name) }))
    .sort((a, b) => Number(a.before === a.after) - Number(b.before === b.after));
}

function byName({ files }: Files): Map<string, string> {
  return new Map(files.map(({ path, text }) => [path.split('/').at(-1) ?? path, text]));
}

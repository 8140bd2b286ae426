import { useDebouncedValue } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { editFileQuery } from '@/api/queries/operations';
import type { FileEdit } from '@/api/types';
import {
  type Field,
  type FileName,
  fileNames,
  type Keys,
  listChanges,
  readKeys,
  scalarChanges,
} from './keys';

/** What a field holds that its file may not hold yet. */
interface Typed {
  field: Field;
  text: string;
  /** While it is typed in, a field may hold what no file should: nothing, or an empty line. */
  left: boolean;
  written: boolean;
}

const idOf = ({ file, key }: Field) => `${file} ${key}`;

/** How long one pauses before what was typed is written, in ms. */
const pause = 300;

/**
 * Brings what is typed in fields into the text of their files. Ocim's backend writes it, as it
 * does for bulk changes: one rule keeps comments, order and quotes.
 */
export function useKeyEdits(
  textOf: (file: FileName) => string,
  onText: (file: FileName, text: string) => void,
) {
  const [typed, setTyped] = useState<ReadonlyMap<string, Typed>>(new Map());
  const [settled] = useDebouncedValue(typed, pause);

  const files = fileNames.map((name) => {
    const text = textOf(name);
    const keys = readKeys(text);
    const waiting = [...typed.values()].filter((t) => t.field.file === name && !t.written);
    return { name, text, keys, changes: keys ? waiting.flatMap((t) => changesOf(keys, t)) : [] };
  });
  const answers = useQueries({
    queries: files.map(({ name, text, changes }) => ({
      ...editFileQuery(name, text, changes),
      enabled: changes.length > 0 && settled === typed,
    })),
  });
  const pending = files.map(({ changes }) => changes.length > 0);

  const of = (field: Field) => files.find(({ name }) => name === field.file)?.keys;
  const waits = (t: Typed) => {
    const keys = of(t.field);
    return !t.written && keys !== undefined && changesOf(keys, t).length > 0;
  };

  const results = answers.map(({ data }, i) => (pending[i] === true ? data?.text : undefined));
  const [taken, setTaken] = useState(results);
  if (results.some((text, i) => text !== taken[i])) {
    setTaken(results);
    const written = new Set<FileName>();
    for (const [i, name] of fileNames.entries()) {
      const text = results[i];
      if (text === undefined) continue;
      onText(name, text);
      written.add(name);
    }
    const after = [...typed].map(
      ([id, t]) => [id, written.has(t.field.file) && waits(t) ? { ...t, written: true } : t] as const,
    );
    setTyped(new Map(after.filter(([, t]) => !(t.left && t.written))));
  }

  const leave = (which: (t: Typed) => boolean) =>
    setTyped((before) => {
      const after = [...before].map(([id, t]) => [id, which(t) ? { ...t, left: true } : t] as const);
      return new Map(after.filter(([, t]) => !t.left || waits(t)));
    });
  return {
    keysOf: (name: FileName) => files.find((f) => f.name === name)?.keys,
    /** What a field shows: what was typed, or what the file holds. */
    shown: (field: Field): string => {
      const held = field.list ? of(field)?.list(field.key)?.join('\n') : of(field)?.scalar(field.key);
      return typed.get(idOf(field))?.text ?? held ?? '';
    },
    /** Why what was typed in a field could not be written. */
    failure: (field: Field): Error | undefined => {
      const i = fileNames.indexOf(field.file);
      const waits = files[i]?.changes.some(({ path }) => path[0] === field.key) === true;
      return waits ? (answers[i]?.error ?? undefined) : undefined;
    },
    /** Files that lack something that was typed. */
    pending: fileNames.filter((_, i) => pending[i]),
    type: (field: Field, text: string) =>
      setTyped((before) => new Map(before).set(idOf(field), { field, text, left: false, written: false })),
    leave: (field: Field) => leave((t) => idOf(t.field) === idOf(field)),
    /** Writes all that was typed, and what could not be written once more. */
    flush: () => leave(() => true),
    discard: () => setTyped(new Map()),
  };
}

function changesOf(keys: Keys, { field: { key, list = false }, text, left }: Typed): FileEdit[] {
  if (text === '' && !left) return [];
  if (!list) return scalarChanges(keys, key, text);
  const lines = text.split('\n').map((line) => line.trim());
  const entries = lines.filter((line) => line !== '');
  return listChanges(keys, key, entries);
}

/** A value of an audit entry that is another one now; absent is undefined. */
export interface Change {
  /** Path of the value, such as `grants.global`; empty when it is the whole. */
  field: string;
  before: string | undefined;
  after: string | undefined;
}

/** What an operation recorded of an instance: its changes in words, and the diffs of its files. */
export interface Recorded {
  words: string[];
  diffs: { path: string; diff: string }[];
}

export function recordedOf(after: unknown): Recorded {
  const { changes, files } = (typeof after === 'object' && after !== null ? after : {}) as {
    changes?: unknown;
    files?: unknown;
  };
  const strings = Array.isArray(changes) ? changes.filter((one) => typeof one === 'string') : [];
  const diffs = Array.isArray(files)
    ? (files as { Path?: unknown; Diff?: unknown }[]).flatMap(({ Path: path, Diff: diff }) =>
        typeof path === 'string' && typeof diff === 'string' && diff !== '' ? [{ path, diff }] : [],
      )
    : [];
  return { words: strings, diffs };
}

/** What differs between the values of an audit entry, leaf by leaf, in the order they stand in. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((field) => ({ field, before: was.get(field), after: is.get(field) }))
    .filter((change) => change.before !== change.after);
}

function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (value === undefined || value === null) return new Map();
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    return new Map([[path, value.map(text).join(', ')]]);
  }
  if (typeof value !== 'object') return new Map([[path, text(value)]]);
  const inside = Object.entries(value).map(([key, one]) =>
    leavesOf(one, path === '' ? key : `${path}.${key}`),
  );
  return new Map(inside.flatMap((leaves) => [...leaves]));
}

function text(value: unknown): string {
  if (value === '') return '(empty)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

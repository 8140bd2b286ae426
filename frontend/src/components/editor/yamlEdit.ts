import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  Scalar,
  stringify,
  type YAMLSeq,
} from 'yaml';

/** A file that can be read and changed by key. Undefined for what is no map. */
export function openYaml(text: string): YamlFile | undefined {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) return undefined;
  if (document.contents !== null && !isMap(document.contents)) return undefined;
  return new YamlFile(text, document);
}

/**
 * A YAML file that is changed by splicing its text, so that comments, order and quotes stay and a diff
 * shows only what was changed. Each change gives a new text.
 */
export class YamlFile {
  constructor(
    private readonly text: string,
    private readonly document: Document,
  ) {}

  /** The text of a scalar; undefined when the key is not there or holds something else. */
  scalar(key: string): string | undefined {
    const value = this.#pair(key)?.value;
    return isScalar(value) ? textOf(value) : undefined;
  }

  /** The entries of a list of scalars; undefined for anything else. */
  list(key: string): string[] | undefined {
    const value = this.#pair(key)?.value;
    if (!isSeq(value) || !value.items.every((item) => isScalar(item))) return undefined;
    return value.items.map(textOf);
  }

  has(key: string): boolean {
    return this.#pair(key) !== undefined;
  }

  /** Sets a scalar; an empty one removes its key. */
  setScalar(key: string, value: string): string {
    const pair = this.#pair(key);
    if (value === '') return pair ? this.#without(pair) : this.text;
    if (!pair) return this.#append(`${key}: ${plain(value)}`);
    const node = pair.value;
    const [start, end] = rangeOf(node) ?? [0, 0];
    if (start === end)
      return this.#splice(start, end, `${this.text[start - 1] === ' ' ? '' : ' '}${plain(value)}`);
    const type = isScalar(node) ? node.type : undefined;
    return this.#splice(start, end, written(value, type));
  }

  /** Sets a list. Entries that stay keep their lines. */
  setList(key: string, entries: readonly string[]): string {
    const pair = this.#pair(key);
    if (!pair) return entries.length === 0 ? this.text : this.#append(block(key, entries));
    const node = pair.value;
    if (isSeq(node) && node.flow !== true && entries.length === 0) {
      const colon = (rangeOf(pair.key)?.[1] ?? 0) + 1;
      const [from, to] = this.#linesOf(node);
      return `${this.text.slice(0, colon)} []${this.text.slice(colon, from)}${this.text.slice(to)}`;
    }
    if (!isSeq(node) || node.flow === true || node.items.length === 0) {
      const [start, end] = rangeOf(node) ?? [0, 0];
      return this.#splice(
        start,
        end,
        `${start === end ? ' ' : ''}[${entries.map((e) => plain(e, true)).join(', ')}]`,
      );
    }
    return this.#setBlock(node, entries);
  }

  #setBlock(node: YAMLSeq, entries: readonly string[]): string {
    const wanted = [...entries];
    const kept = node.items.map((item) => {
      const at = wanted.indexOf(textOf(item));
      if (at >= 0) wanted.splice(at, 1);
      return at >= 0;
    });
    const lines = node.items.map((item) => this.#linesOf(item));
    const first = lines[0] ?? [0, 0];
    const last = lines.at(-1) ?? [0, 0];
    const indent = /^[ ]*/.exec(this.text.slice(first[0], first[1]))?.[0] ?? '';
    let text = this.text;
    const end = last[1];
    const added = wanted.map((e) => `${indent}- ${plain(e)}\n`).join('');
    const gap = added !== '' && end > 0 && text[end - 1] !== '\n' ? '\n' : '';
    text = text.slice(0, end) + gap + added + text.slice(end);
    for (let i = lines.length - 1; i >= 0; i--) {
      const [from, to] = lines[i] ?? [0, 0];
      if (kept[i] !== true) text = text.slice(0, from) + text.slice(to);
    }
    return text;
  }

  #pair(key: string): Pair | undefined {
    const { contents } = this.document;
    return isMap(contents) ? contents.items.find((p) => isScalar(p.key) && p.key.value === key) : undefined;
  }

  /** The lines that a node is on, from the beginning of the first to that of the next. */
  #linesOf(node: unknown): [number, number] {
    const [start, end] = rangeOf(node) ?? [0, 0];
    const from = this.text.lastIndexOf('\n', start - 1) + 1;
    // A block ends at the beginning of the line after it.
    const after = this.text[end - 1] === '\n' ? end : this.text.indexOf('\n', end) + 1;
    return [from, after === 0 ? this.text.length : after];
  }

  #without(pair: Pair): string {
    const [from, to] = this.#linesOf(pair.key);
    const end = Math.max(to, rangeOf(pair.value) === undefined ? to : this.#linesOf(pair.value)[1]);
    return this.#splice(from, end, '');
  }

  #append(line: string): string {
    const gap = this.text === '' || this.text.endsWith('\n') ? '' : '\n';
    return `${this.text}${gap}${line}\n`;
  }

  #splice(from: number, to: number, text: string): string {
    return this.text.slice(0, from) + text + this.text.slice(to);
  }
}

/** A scalar as it is written, without its quotes. */
function textOf(node: unknown): string {
  if (!isScalar(node) || node.value === null) return '';
  return typeof node.value === 'string' ? node.value : (node.source ?? JSON.stringify(node.value));
}

function rangeOf(node: unknown): [number, number] | undefined {
  const range = (node as { range?: [number, number, number] } | null)?.range;
  return range && [range[0], range[1]];
}

function block(key: string, entries: readonly string[]): string {
  return [`${key}:`, ...entries.map((e) => `  - ${plain(e)}`)].join('\n');
}

/** A string as YAML, in quotes only where it would be read as something else. Numbers and booleans stay as they are typed. */
function plain(value: string, flow = false): string {
  if (/^(true|false|-?\d+(\.\d+)?)$/.test(value)) return value;
  if (flow && /[,[\]{}]/.test(value)) return JSON.stringify(value);
  // Tutor reads YAML 1.1, where a plain yes is true.
  return stringify(value, { lineWidth: 0, version: '1.1' }).trimEnd();
}

function written(value: string, type: Scalar['type']): string {
  if (type === Scalar.QUOTE_DOUBLE) return JSON.stringify(value);
  if (type === Scalar.QUOTE_SINGLE) return `'${value.replaceAll("'", "''")}'`;
  return plain(value);
}

import { bare, readAnsi, type Style } from './ansi';

/** A line of a job's log. */
export interface LogRow {
  /** Where it begins in the log, in bytes: its name, which stays the same while the log grows. */
  at: number;
  /** Counted from 1; absent when the beginning of the log is not there. */
  number: number | undefined;
  /** Without section marks, timestamps and what was overwritten; with colors. */
  text: string;
  /** The look it begins with. */
  style: Style;
  /** Index of the section it is in; -1 for none. */
  section: number;
  /** Index of the section whose headline it is. */
  opens?: number;
}

export interface LogSection {
  name: string;
  parent: number;
  /** Seconds since 1970. */
  start: number;
  end?: number;
}

const mark = /^section_(start|end):(\d+):([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\r(?:\x1b\[0K)?/;
const stamp = /^\d{4}-\d\d-\d\dT[\d:.]+Z \d\d[OE]\+? ?/;

/** Reads a job's log as its parts come, in order, beginning at any byte. */
export class JobLogReader {
  rows: LogRow[] = [];
  readonly sections: LogSection[] = [];
  #rest = '';
  #restAt: number;
  #number: number | undefined;
  #style: Style = bare;
  #open = -1;
  #begun: boolean;

  constructor(from = 0) {
    this.#restAt = from;
    this.#number = from === 0 ? 1 : undefined;
    // Within the log, the first line may be half of one.
    this.#begun = from === 0;
  }

  append(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    const rows = [...this.rows];
    for (const line of lines) {
      if (this.#begun) this.#read(line, rows);
      this.#begun = true;
      this.#restAt += utf8Length(line) + 1;
    }
    this.rows = rows;
  }

  /** The line that has no end yet; undefined when there is none. */
  get last(): LogRow | undefined {
    if (this.#rest === '' || !this.#begun) return undefined;
    const text = cleaned(this.#rest.replace(stamp, '').replace(mark, ''));
    return { at: this.#restAt, number: this.#number, text, style: this.#style, section: this.#open };
  }

  /** Forgets the first rows. */
  drop(count: number): void {
    this.rows = this.rows.slice(count);
  }

  #read(line: string, rows: LogRow[]): void {
    const row: LogRow = {
      at: this.#restAt,
      number: this.#number,
      text: '',
      style: this.#style,
      section: this.#open,
    };
    let rest = line.replace(stamp, '');
    let marks = 0;
    for (let found = mark.exec(rest); found; found = mark.exec(rest)) {
      rest = rest.slice(found[0].length);
      marks++;
      const [, kind, time, name = ''] = found;
      if (kind === 'start') {
        this.sections.push({ name, parent: this.#open, start: Number(time) });
        row.section = this.#open;
        this.#open = row.opens = this.sections.length - 1;
      } else this.#close(name, Number(time), row);
    }
    if (this.#number !== undefined) this.#number++;
    row.text = cleaned(rest);
    // A line that only ended a section says nothing.
    if (marks > 0 && row.text.trim() === '' && row.opens === undefined) return;
    this.#style = readAnsi(row.text, this.#style).after;
    rows.push(row);
  }

  #close(name: string, end: number, row: LogRow): void {
    let index = this.#open;
    while (index >= 0 && this.sections[index]?.name !== name) index = this.sections[index]?.parent ?? -1;
    const section = this.sections[index];
    if (!section) return;
    section.end = end;
    this.#open = row.section = section.parent;
  }
}

/** What stays of a line when carriage returns overwrite its beginning. */
function cleaned(line: string): string {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}

const ascii = /^[\x00-\x7f]*$/;
const encoder = new TextEncoder();

function utf8Length(text: string): number {
  return ascii.test(text) ? text.length : encoder.encode(text).length;
}

/** “Prepare executor” for `prepare_executor`. */
export function sectionTitle(name: string): string {
  const words = name.replaceAll(/[_.-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

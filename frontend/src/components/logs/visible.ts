import { withoutAnsi } from '@/lib/ansi';
import type { LogRow, LogSection } from '@/lib/jobLog';

/** Sections that hold what one looks for; the others are the runner's own. */
const own = /^(step_script|build_script)$/;

/** Whether a section is folded before anybody touches it: it has ended and is the runner's own work. */
export function isFoldedFirst(section: LogSection): boolean {
  return section.end !== undefined && section.parent === -1 && !own.test(section.name);
}

/** The sections around a row, the innermost first. */
export function around(row: LogRow, sections: readonly LogSection[]): number[] {
  const list: number[] = [];
  for (let s = row.section; s >= 0; s = sections[s]?.parent ?? -1) list.push(s);
  return list;
}

/** Indexes of the rows that are in no folded section. */
export function visibleRows(
  rows: readonly LogRow[],
  sections: readonly LogSection[],
  isFolded: (section: number) => boolean,
): number[] {
  const hidden: boolean[] = [];
  sections.forEach((section, i) => {
    hidden[i] = isFolded(i) || (hidden[section.parent] ?? false);
  });
  const list: number[] = [];
  rows.forEach((row, i) => {
    if (!(hidden[row.section] ?? false)) list.push(i);
  });
  return list;
}

/** Indexes of the rows that hold a text, in whatever case. */
export function findRows(rows: readonly Pick<LogRow, 'text'>[], wanted: string): number[] {
  const needle = wanted.toLowerCase();
  if (needle === '') return [];
  const list: number[] = [];
  rows.forEach((row, i) => {
    if (withoutAnsi(row.text).toLowerCase().includes(needle)) list.push(i);
  });
  return list;
}

/** Index of the row that a byte is in; -1 when it is not shown. */
export function rowAt(rows: readonly LogRow[], at: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

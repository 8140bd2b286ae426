import { parseDocument } from 'yaml';
import type { KeyChange } from '@/api/types';
import type { KeyRow } from './keyRow';
import * as texts from '@/texts/bulk';

export interface RowProblem {
  path?: string;
  value?: string;
}

/** Makes changes of what was typed, or says at each row why not. */
export function readRows(rows: readonly KeyRow[]) {
  const changes: KeyChange[] = [];
  const problems = new Map<number, RowProblem>();
  const seen = new Set<string>();
  for (const row of rows) {
    const path = row.path.trim().split('.');
    const name = `${row.file} ${path.join('.')}`;
    const problem: RowProblem = {};
    if (row.path.trim() === '') problem.path = texts.enterAKey;
    else if (path.some((part) => part === '' || /\s/.test(part)))
      problem.path = texts.writeNestedKeysWithDots;
    else if (seen.has(name)) problem.path = texts.thisKeyIsAlreadyListed;
    seen.add(name);
    if (row.act === 'unset') changes.push({ file: row.file, path, unset: true });
    else {
      const { value, error } = readValue(row.value);
      if (error !== undefined) problem.value = error;
      else changes.push({ file: row.file, path, value });
    }
    if (problem.path !== undefined || problem.value !== undefined) problems.set(row.id, problem);
  }
  return { changes, problems };
}

function readValue(text: string): { value?: unknown; error?: string } {
  if (text.trim() === '') return { error: texts.enterAValueUseFor };
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  const [wrong] = document.errors;
  if (wrong) return { error: texts.invalidYaml(wrong.message) };
  try {
    return { value: document.toJS({ maxAliasCount: 50 }) as unknown };
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : texts.couldntParseTheValue };
  }
}

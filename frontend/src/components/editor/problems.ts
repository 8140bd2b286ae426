import { ApiError } from '@/api/errors';
import type { LineMark } from '@/components/yaml/Editor';
import { readOverrides } from '@/lib/overrides';

/** What is wrong in a file as it is typed, with the place. */
export function problemsOf(path: string, text: string): LineMark[] {
  return path.endsWith('.yml') ? readOverrides(text).problems : [];
}

const place = /^line (\d+), column (\d+): (.*)$/s;

/** What the API says of a file: at its line, if it names one. */
export function saidOf(path: string, error: Error | null): LineMark[] {
  const said = error instanceof ApiError ? error.fields[`files.${path}`] : undefined;
  if (said === undefined) return [];
  const [, line, column, message] = place.exec(said) ?? [];
  if (message === undefined) return [{ line: 1, message: said }];
  return [{ line: Number(line), column: Number(column), message }];
}

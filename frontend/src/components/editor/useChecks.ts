import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { checkFileQuery } from '@/api/queries/operations';
import type { LineMark } from '@/components/yaml/Editor';

/** What Tutor would refuse in files, and what looks wrong in them, as one types. Gives it by the place of the file. */
export function useChecks(
  files: readonly { file: 'config.yml' | 'grove.yml'; text: string }[],
  release?: string,
): LineMark[][] {
  const [settled] = useDebouncedValue(JSON.stringify(files), 400);
  const checked = JSON.parse(settled) as typeof files;
  const answers = useQueries({
    queries: checked.map(({ file, text }) => ({
      ...checkFileQuery(file, text, release),
      placeholderData: keepPreviousData,
    })),
  });
  return files.map((_, i) =>
    (answers[i]?.data?.problems ?? []).map(({ line = 1, column = 1, message, warning = false }) => ({
      line: Math.max(line, 1),
      column: Math.max(column, 1),
      message,
      warning,
    })),
  );
}

/** Marks with those of another source that say something else. */
export function withMarks(marks: readonly LineMark[], others: readonly LineMark[]): LineMark[] {
  const known = new Set(marks.map(({ line, message }) => `${line} ${message}`));
  return [...marks, ...others.filter(({ line, message }) => !known.has(`${line} ${message}`))];
}

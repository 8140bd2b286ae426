import { useLocalStorage } from '@mantine/hooks';
import type { Column } from './columns';

/** Columns that are always shown: they identify the row. */
const fixed = new Set(['name', 'chosen']);

/** The columns a person chose to see; until then each is shown where there is room for it. */
export function useColumns(all: readonly Column[]) {
  const [kept, keep, forget] = useLocalStorage<string[] | undefined>({
    key: 'ocim-instance-columns',
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const optional = all.filter(({ id }) => !fixed.has(id));
  const shows = (id: string) => kept === undefined || kept.includes(id);
  const columns = all
    .filter(({ id }) => fixed.has(id) || shows(id))
    // What a person chose is not left out for want of room: then the table scrolls.
    .map((column) => (kept === undefined ? column : { ...column, hide: undefined }));
  return {
    columns,
    optional,
    chosen: kept !== undefined,
    shows,
    reset: forget,
    toggle: (id: string) => {
      const now = optional.filter((column) => shows(column.id)).map((column) => column.id);
      keep(now.includes(id) ? now.filter((other) => other !== id) : [...now, id]);
    },
  };
}

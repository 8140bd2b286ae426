import { useLocalStorage } from '@mantine/hooks';
import type { Column } from './columns';
import { isSetting } from './settingColumns';

/** Columns that are always shown: they identify the row. */
const fixed = new Set(['name', 'chosen']);

/** The columns a person chose to see; until then each is shown where there is room for it. */
export function useColumns(all: readonly Column[]) {
  const [kept, keep, forget] = useLocalStorage<string[] | undefined>({
    key: 'ocim-instance-columns',
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const isFixed = (column: Column) => fixed.has(column.id) || isSetting(column);
  const optional = all.filter((column) => !isFixed(column));
  const shows = (id: string) => kept === undefined || kept.includes(id);
  const columns = all
    .filter((column) => isFixed(column) || shows(column.id))
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

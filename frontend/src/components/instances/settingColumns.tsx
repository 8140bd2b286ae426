import type { Instance, InstancePage } from '@/api/types';
import { IconX } from '@tabler/icons-react';
import type { Column } from './columns';
import classes from './instances.module.css';
import * as texts from '@/texts/instances';

/** How many settings the list shows as columns. */
export const maxSettings = 6;

/** The ids of these columns begin so, which no other's does. */
const prefix = 'setting ';

export const isSetting = (column: Pick<Column, 'id'>) => column.id.startsWith(prefix);

/** A column for each setting, with the values that came with the pages. */
export function settingColumns(
  keys: readonly string[],
  pages: readonly Pick<InstancePage, 'values'>[],
  onRemove: (key: string) => void,
): Column[] {
  const valueOf = ({ cluster, name }: Instance, key: string) => {
    for (const page of pages) {
      const value = page.values?.[cluster]?.[name]?.[key];
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return keys.map((key) => ({
    id: prefix + key,
    title: (
      <span className="inline gap-2 code tiny">
        {key}
        <button
          type="button"
          className="square"
          aria-label={texts.removeColumn(key)}
          onClick={() => onRemove(key)}
        >
          <IconX size={12} stroke={2} aria-hidden="true" />
        </button>
      </span>
    ),
    cell: (instance) => {
      const value = valueOf(instance, key);
      return value === undefined ? (
        <span className="dim">—</span>
      ) : (
        <span className={`cut code small ${classes.settingValue}`} title={value}>
          {value}
        </span>
      );
    },
  }));
}

import { useDelayed } from '@/lib/useDelayed';
import type { Column } from './columns';
import { Skeleton } from '../ui/Skeleton';
import classes from './instances.module.css';
import * as texts from '@/texts/instances';

/** The table before its first rows came: its true shape, once that has taken long enough to notice. */
export function TableSkeleton({ columns, rows = 14 }: { columns: readonly Column[]; rows?: number }) {
  const late = useDelayed(true, 150);
  return (
    <div role="status" aria-label={texts.loadingInstances} className={classes.place}>
      <table className={classes.table} aria-hidden="true">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} data-hide={column.hide}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            <tr key={row}>
              {columns.map((column, i) => (
                <td key={column.id} data-hide={column.hide}>
                  {late && <Skeleton height={12} width={`${48 + ((row * 17 + i * 29) % 38)}%`} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

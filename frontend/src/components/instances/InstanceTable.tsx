import { useMediaQuery } from '@mantine/hooks';
import { lazy, memo, Suspense, useRef, useState } from 'react';
import type { Instance, SortKey } from '@/api/types';
import type { Column } from './columns';
import classes from './instances.module.css';
import { reasonOf } from './reason';
import type { Drawn } from './RowsInView';

const RowsInView = lazy(() => import('./RowsInView'));

export interface Sorting {
  by: SortKey;
  descending: boolean;
  onSort: (by: SortKey, descending: boolean) => void;
}

interface InstanceTableProps {
  label: string;
  columns: readonly Column[];
  instances: readonly Instance[];
  /** All that there are, when not all are loaded. */
  total?: number;
  sorting?: Sorting;
  /** Whether these rows are about to be replaced. */
  outdated?: boolean;
}

/** Of a row, and of one with its reason in a second line, in px. */
const rowHeight = 32;
const tallRow = 52;
/** Of a card, which stands for a row where there is little room, about: cards are measured. */
const cardHeight = 84;

/** From here on only the rows in view are drawn. */
const many = 100;

/** What is drawn of a short table, and of a long one at first; with room for the rest, so that a place in it can be found again. */
function beginning(count: number, height: (index: number) => number): Drawn {
  let below = 0;
  for (let i = many; i < count; i++) below += height(i);
  return { first: 0, end: many, above: 0, below };
}

export function InstanceTable({
  label,
  columns,
  instances,
  total,
  sorting,
  outdated = false,
}: InstanceTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [drawn, setDrawn] = useState<Drawn>();
  const cards = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const height = (index: number) => (cards ? cardHeight : heightOf(instances[index]));
  const { first, end, above, below, measure } = drawn ?? beginning(instances.length, height);
  return (
    <>
      <table
        className={classes.table}
        aria-label={label}
        aria-rowcount={(total ?? instances.length) + 1}
        aria-busy={outdated}
        data-outdated={outdated}
      >
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {above > 0 && <tr style={{ height: above }} aria-hidden="true" />}
          {instances.slice(first, end).map((instance, i) => (
            <Row
              key={`${instance.cluster}/${instance.name}`}
              columns={columns}
              instance={instance}
              index={first + i}
              measure={cards ? measure : undefined}
            />
          ))}
          {below > 0 && <tr style={{ height: below }} aria-hidden="true" />}
        </tbody>
      </table>
      {instances.length > many && (
        <Suspense>
          <RowsInView bodyRef={body} count={instances.length} heightOf={height} onChange={setDrawn} />
        </Suspense>
      )}
    </>
  );
}

function heightOf(instance: Instance | undefined): number {
  return instance && reasonOf(instance) !== undefined ? tallRow : rowHeight;
}

interface RowProps {
  columns: readonly Column[];
  instance: Instance;
  index: number;
  /** Given where rows differ in height. */
  measure: ((row: HTMLTableRowElement | null) => void) | undefined;
}

/** While the list is scrolled, the rows that stay in view are not made again. */
const Row = memo(function Row({ columns, instance, index, measure }: RowProps) {
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      data-tall={heightOf(instance) === tallRow || undefined}
    >
      {columns.map((column) => (
        <td key={column.id} data-id={column.id} data-hide={column.hide} data-cut={column.cut}>
          {column.cell(instance)}
        </td>
      ))}
    </tr>
  );
});

function HeaderCell({ column, sorting }: { column: Column; sorting: Sorting | undefined }) {
  const { sort, title, hide } = column;
  if (sort === undefined || !sorting) {
    return (
      <th scope="col" data-hide={hide}>
        {title}
      </th>
    );
  }
  const on = sorting.by === sort;
  const direction = sorting.descending ? 'descending' : 'ascending';
  return (
    <th scope="col" data-hide={hide} aria-sort={on ? direction : undefined}>
      <button type="button" onClick={() => sorting.onSort(sort, on && !sorting.descending)}>
        {title}
        <span aria-hidden="true" className={classes.arrow}>
          {on ? (sorting.descending ? '↓' : '↑') : '↕'}
        </span>
      </button>
    </th>
  );
}

import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import type { Instance, SortKey } from '@/api/types';
import type { Column } from './columns';
import classes from './instances.module.css';
import { reasonOf } from './reason';

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

export function InstanceTable({
  label,
  columns,
  instances,
  total,
  sorting,
  outdated = false,
}: InstanceTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    setMargin((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const cards = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const virtual = useWindowVirtualizer({
    count: instances.length,
    estimateSize: (index) => (cards ? cardHeight : heightOf(instances[index])),
    overscan: 8,
    scrollMargin: margin,
    // Before the window was measured: never all of them.
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    enabled: instances.length > many,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = instances.length > many ? [items[0], items.at(-1)] : [];
  const shown = instances.slice(first?.index ?? 0, last ? last.index + 1 : many);
  const above = first ? first.start - margin : 0;
  const below = last ? virtual.getTotalSize() - (last.end - margin) : 0;
  return (
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
        {shown.map((instance, i) => (
          <Row
            key={`${instance.cluster}/${instance.name}`}
            columns={columns}
            instance={instance}
            index={(first?.index ?? 0) + i}
            measure={cards && first ? virtual.measureElement : undefined}
          />
        ))}
        {below > 0 && <tr style={{ height: below }} aria-hidden="true" />}
      </tbody>
    </table>
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

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState } from 'react';

/** The part of a long table that is drawn, and the room that the rest of it takes. */
export interface Drawn {
  first: number;
  end: number;
  above: number;
  below: number;
  /** Learns the height of a row that has none of its own. */
  measure?: (row: HTMLTableRowElement | null) => void;
}

interface RowsInViewProps {
  bodyRef: RefObject<HTMLElement | null>;
  count: number;
  heightOf: (index: number) => number;
  onChange: (drawn: Drawn | undefined) => void;
}

/** Follows the window over a long table. It shows nothing itself, and comes when a table is long. */
export default function RowsInView({ bodyRef, count, heightOf, onChange }: RowsInViewProps) {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    setMargin((bodyRef.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, [bodyRef]);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: heightOf,
    overscan: 8,
    scrollMargin: margin,
    // Before the window was measured: never all of them.
    initialRect: { width: window.innerWidth, height: window.innerHeight },
  });
  const items = virtual.getVirtualItems();
  const [from, to] = [items[0], items.at(-1)];
  const first = from?.index ?? 0;
  const end = to ? to.index + 1 : 0;
  const above = from ? from.start - margin : 0;
  const below = to ? virtual.getTotalSize() - (to.end - margin) : 0;
  const measure = virtual.measureElement;
  useLayoutEffect(() => {
    if (end > 0) onChange({ first, end, above, below, measure });
  }, [first, end, above, below, measure, onChange]);
  useLayoutEffect(() => () => onChange(undefined), [onChange]);
  return null;
}

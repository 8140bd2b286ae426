import { useCallback, useLayoutEffect, useState } from 'react';

interface Rows {
  count: number;
  /** Of each row, in px. */
  height: number;
  /** Drawn beyond the edges. */
  beyond: number;
}

/** Which rows of a long list are in view. The list's element scrolls; `scroller` is its ref. */
export function useRowsInView({ count, height, beyond }: Rows) {
  const [element, scroller] = useState<HTMLElement | null>(null);
  const [view, setView] = useState({ first: 0, end: 24 });
  useLayoutEffect(() => {
    if (!element) return;
    const read = () => {
      const first = Math.floor(element.scrollTop / height);
      const end = Math.ceil((element.scrollTop + element.clientHeight) / height);
      setView((before) => (before.first === first && before.end === end ? before : { first, end }));
    };
    read();
    element.addEventListener('scroll', read, { passive: true });
    const resized = new ResizeObserver(read);
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', read);
      resized.disconnect();
    };
  }, [element, height]);

  /** Brings a row into view, by the shortest way. */
  const show = useCallback(
    (index: number) => {
      if (!element) return;
      const top = index * height;
      const highest = top + height - element.clientHeight;
      if (top < element.scrollTop) element.scrollTo({ top });
      else if (highest > element.scrollTop) element.scrollTo({ top: highest });
    },
    [element, height],
  );

  return {
    scroller,
    show,
    first: Math.max(0, Math.min(view.first, count) - beyond),
    end: Math.min(count, view.end + beyond),
  };
}

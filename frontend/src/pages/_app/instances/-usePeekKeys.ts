import { useEffect } from 'react';
import type { Instance } from '@/api/types';

/**
 * The keys of the summary beside the list: Space opens that of the row with the focus, arrow keys move on,
 * Escape closes it.
 */
export function usePeekKeys(
  instances: readonly Instance[],
  peeked: Instance | undefined,
  peek: (instance?: Instance) => void,
) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : undefined;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target?.closest('input, textarea, select, [role="tree"], [role="dialog"], [popover]')) return;
      if (event.key === ' ' && target?.matches('main [data-row]')) {
        event.preventDefault();
        target.closest('tr')?.querySelector<HTMLElement>('[data-peek]')?.click();
        return;
      }
      if (!peeked) return;
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (event.key === 'Escape') peek();
      else if (step !== 0) {
        const next = instances[instances.indexOf(peeked) + step];
        if (!next) return;
        event.preventDefault();
        peek(next);
        rowOf(next)?.focus();
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  });
}

/** The link of an instance's row, while the row is drawn. */
function rowOf({ cluster, name }: Instance): HTMLElement | undefined {
  const path = `/clusters/${encodeURIComponent(cluster)}/instances/${encodeURIComponent(name)}`;
  return [...document.querySelectorAll<HTMLAnchorElement>('main a[data-row]')].find(
    (link) => link.pathname === path,
  );
}

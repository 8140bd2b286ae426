import { useRouter } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { followShortcuts, type Shortcut } from '@/lib/keys';

interface Openers {
  openPalette: () => void;
  openHelp: () => void;
}

/** The keys that work on every page. Gives the list, to show it. */
export function useShortcuts({ openPalette, openHelp }: Openers): readonly Shortcut[] {
  const router = useRouter();
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      { keys: '/', does: 'Filter this page', run: focusFilter },
      { keys: 'g o', does: 'Go to the overview', run: () => void router.navigate({ to: '/overview' }) },
      { keys: 'g i', does: 'Go to the instances', run: () => void router.navigate({ to: '/instances' }) },
      { keys: 'g c', does: 'Go to the clusters', run: () => void router.navigate({ to: '/clusters' }) },
      { keys: 'g a', does: 'Go to the activity', run: () => void router.navigate({ to: '/activity' }) },
      { keys: 'g s', does: 'Go to the sidebar', run: focusTree },
      { keys: 'j', does: 'Next row', run: () => moveInRows(1) },
      { keys: 'k', does: 'Row before', run: () => moveInRows(-1) },
      { keys: 'x', does: 'Choose the row, or let go of it', run: chooseRow },
      { keys: '?', does: 'List the shortcuts', run: openHelp },
    ],
    [router, openHelp],
  );
  useEffect(() => {
    const listen = followShortcuts(() => shortcuts);
    const openSearch = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      openPalette();
    };
    document.addEventListener('keydown', listen);
    document.addEventListener('keydown', openSearch);
    return () => {
      document.removeEventListener('keydown', listen);
      document.removeEventListener('keydown', openSearch);
    };
  }, [shortcuts, openPalette]);
  return shortcuts;
}

function focusFilter(): void {
  const main = document.querySelector<HTMLElement>('main [data-filter]');
  (main ?? document.querySelector<HTMLElement>('aside input'))?.focus();
}

function focusTree(): void {
  document.querySelector<HTMLElement>('[role="tree"]')?.focus();
}

/** The box of the row that has the focus. */
function chooseRow(): void {
  document.activeElement?.closest('tr')?.querySelector<HTMLElement>('[data-choose]')?.click();
}

/** Rows of tables mark their link with data-row. */
function moveInRows(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = at === -1 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
}

import { useRouter } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { followShortcuts, type Shortcut } from '@/lib/keys';
import * as texts from '@/texts/frame';

interface Openers {
  openPalette: () => void;
  openHelp: () => void;
}

/** The keys that work on every page. Gives the list, to show it. */
export function useShortcuts({ openPalette, openHelp }: Openers): readonly Shortcut[] {
  const router = useRouter();
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      { keys: '/', does: texts.filterThisPage, run: focusFilter },
      { keys: 'g o', does: texts.goToOverview, run: () => void router.navigate({ to: '/overview' }) },
      { keys: 'g i', does: texts.goToInstances, run: () => void router.navigate({ to: '/instances' }) },
      { keys: 'g c', does: texts.goToClusters, run: () => void router.navigate({ to: '/clusters' }) },
      { keys: 'g a', does: texts.goToActivity, run: () => void router.navigate({ to: '/activity' }) },
      { keys: 'g s', does: texts.goToSidebar, run: focusTree },
      { keys: 'j', does: texts.nextRow, run: () => moveInRows(1) },
      { keys: 'k', does: texts.previousRow, run: () => moveInRows(-1) },
      { keys: 'x', does: texts.selectOrDeselectRow, run: chooseRow },
      { keys: '?', does: texts.showKeyboardShortcuts, run: openHelp },
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

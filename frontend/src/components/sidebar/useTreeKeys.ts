import type { KeyboardEvent } from 'react';
import type { Row } from './rows';

interface TreeKeys {
  rows: readonly Row[];
  /** Index of the active row. */
  active: number;
  activate: (index: number) => void;
  setOpen: (cluster: string, open: boolean) => void;
  follow: (row: Row) => void;
}

/** The keyboard of a tree, as the ARIA patterns describe it. */
export function useTreeKeys({ rows, active, activate, setOpen, follow }: TreeKeys) {
  return (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = rows.length - 1;
    const moves: Partial<Record<string, () => void>> = {
      ArrowDown: () => activate(Math.min(active + 1, last)),
      ArrowUp: () => activate(Math.max(active - 1, 0)),
      Home: () => activate(0),
      End: () => activate(last),
      ArrowRight: () => {
        if (row.kind === 'cluster' && !row.open) setOpen(row.id, true);
        else if (row.kind === 'cluster' && rows[active + 1]?.kind === 'instance') activate(active + 1);
      },
      ArrowLeft: () => {
        if (row.kind === 'cluster') setOpen(row.id, false);
        else activate(rows.findIndex((r) => r.id === row.cluster.id));
      },
      Enter: () => follow(row),
      ' ': () => follow(row),
    };
    const move = moves[event.key] ?? typeAhead(rows, active, event.key, activate);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
}

/** A letter goes to the next row that begins with it. */
function typeAhead(rows: readonly Row[], active: number, key: string, activate: (index: number) => void) {
  if (!/^[a-z0-9]$/i.test(key)) return undefined;
  const order = [...rows.keys()].map((i) => (active + 1 + i) % rows.length);
  const found = order.find((i) => nameOf(rows[i]).startsWith(key.toLowerCase()));
  return found === undefined ? undefined : () => activate(found);
}

export function nameOf(row: Row | undefined): string {
  if (!row) return '';
  return (row.kind === 'cluster' ? row.cluster.name : row.instance.name).toLowerCase();
}

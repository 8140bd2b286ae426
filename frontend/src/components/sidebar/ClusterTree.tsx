import { useLocalStorage } from '@mantine/hooks';
import { useParams, useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ClusterTree as Tree } from '@/api/types';
import classes from './sidebar.module.css';
import { type Row, rowsOf } from './rows';
import { TreeRow } from './TreeRow';
import { useRowsInView } from './useRowsInView';
import { useTreeKeys } from './useTreeKeys';
import * as texts from '@/texts/frame';

const rowHeight = 28;

interface ClusterTreeProps {
  tree: Tree;
  filter: string;
  problemsOnly: boolean;
}

/** Clusters that open to their instances. It scrolls to the page that is open. */
export function ClusterTree({ tree, filter, problemsOnly }: ClusterTreeProps) {
  const router = useRouter();
  const current = useParams({ strict: false });
  const [folded, setFolded] = useLocalStorage<string[]>({ key: 'ocim-folded', defaultValue: [] });
  const rows = useMemo(
    () => rowsOf(tree, new Set(folded), filter, problemsOnly),
    [tree, folded, filter, problemsOnly],
  );
  const here =
    current.instance === undefined ? current.cluster : `${current.cluster ?? ''}/${current.instance}`;
  const [activeId, setActiveId] = useState<string>();
  const active = Math.max(
    0,
    rows.findIndex((r) => r.id === (activeId ?? here)),
  );
  const { scroller, show, first, end } = useRowsInView({ count: rows.length, height: rowHeight, beyond: 12 });

  const place = rows.findIndex((r) => r.id === here);
  const scrolledTo = useRef<string>(undefined);
  useEffect(() => {
    // Once a page: what is polled or unfolded must not move the tree.
    if (place < 0 || scrolledTo.current === here) return;
    scrolledTo.current = here;
    show(place);
  }, [here, place, show]);

  const setOpen = (cluster: string, open: boolean) => {
    setActiveId(cluster);
    setFolded((ids) => (open ? ids.filter((id) => id !== cluster) : [...new Set([...ids, cluster])]));
  };
  const onKeyDown = useTreeKeys({
    rows,
    active,
    activate: (index) => {
      setActiveId(rows[index]?.id);
      show(index);
    },
    setOpen,
    follow: (row) => void router.navigate(destination(row)),
  });

  if (rows.length === 0) {
    const word = problemsOnly ? texts.noProblems : filter === '' ? texts.noClustersYet : texts.noResults;
    return <p className={`small dim ${classes.none}`}>{word}</p>;
  }
  return (
    <div className={classes.scroller} ref={scroller}>
      <div
        role="tree"
        aria-label={texts.clustersAndInstances}
        tabIndex={0}
        // Only what is drawn can be pointed at.
        aria-activedescendant={active >= first && active < end ? rowId(rows[active]) : undefined}
        className={classes.tree}
        style={{ height: rows.length * rowHeight }}
        onKeyDown={onKeyDown}
      >
        {rows.slice(first, end).map((row, i) => (
          <TreeRow
            key={row.id}
            row={row}
            id={rowId(row)}
            top={(first + i) * rowHeight}
            current={row.id === here}
            active={first + i === active}
            onToggle={() => row.kind === 'cluster' && setOpen(row.id, !row.open)}
            onFollow={() => setActiveId(row.id)}
          />
        ))}
      </div>
    </div>
  );
}

function rowId(row: Row | undefined): string {
  return `tree-${(row?.id ?? 'none').replaceAll(/[^\w-]/g, '.')}`;
}

function destination(row: Row) {
  return row.kind === 'cluster'
    ? ({ to: '/clusters/$cluster', params: { cluster: row.cluster.id } } as const)
    : ({
        to: '/clusters/$cluster/instances/$instance',
        params: { cluster: row.cluster.id, instance: row.instance.name },
      } as const);
}

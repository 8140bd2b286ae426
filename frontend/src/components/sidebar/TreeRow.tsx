import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import { Hidden } from '../Hidden';
import { stateLooks } from '../status/looks';
import { Mark } from '../status/Mark';
import statusClasses from '../status/status.module.css';
import type { Row } from './rows';
import classes from './sidebar.module.css';
import * as texts from '@/texts/frame';

interface TreeRowProps {
  row: Row;
  id: string;
  top: number;
  current: boolean;
  active: boolean;
  onToggle: () => void;
  onFollow: () => void;
}

export function TreeRow({ row, id, top, current, active, onToggle, onFollow }: TreeRowProps) {
  const look = stateLooks[row.state];
  const common = {
    id,
    role: 'treeitem',
    tabIndex: -1,
    'aria-setsize': row.size,
    'aria-posinset': row.position,
    'aria-current': current ? ('page' as const) : undefined,
    'aria-selected': current,
    'data-active': active,
    style: { transform: `translateY(${top}px)` },
    onClick: onFollow,
  };
  const mark = (
    <span className={statusClasses.status} data-tone={look.tone} title={look.word}>
      <Mark shape={look.shape} size={12} />
    </span>
  );
  if (row.kind === 'instance') {
    return (
      <Link
        {...common}
        to="/clusters/$cluster/instances/$instance"
        params={{ cluster: row.cluster.id, instance: row.instance.name }}
        className={`line small ${classes.row} ${classes.leaf}`}
        aria-level={2}
        data-gone={row.state === 'archived'}
      >
        {mark}
        <span className={`cut grow ${classes.name}`}>{row.instance.name}</span>
        <Hidden>, {look.word}</Hidden>
      </Link>
    );
  }
  const toggle = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onToggle();
  };
  return (
    <Link
      {...common}
      to="/clusters/$cluster"
      params={{ cluster: row.cluster.id }}
      activeOptions={{ exact: true }}
      className={`line small ${classes.row}`}
      aria-level={1}
      aria-expanded={row.open}
    >
      <span className={`square dim ${classes.chevron}`} data-open={row.open} onClick={toggle}>
        <IconChevronRight size={14} stroke={2} />
      </span>
      <span className={`cut grow ${classes.name} ${classes.clusterName}`}>{row.cluster.name}</span>
      {mark}
      <span className={`tiny dim numbers ${classes.count}`}>{row.count}</span>
      <Hidden> {texts.worst(row.count, look.word.toLowerCase())}</Hidden>
    </Link>
  );
}

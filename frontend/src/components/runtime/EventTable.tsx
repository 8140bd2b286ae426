import type { ReactNode } from 'react';
import type { ClusterEvent } from '@/api/types';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import * as texts from '@/texts/runtime';

interface EventTableProps {
  label: string;
  events: readonly ClusterEvent[];
  /** Says which instance each is about, where that is not clear. */
  whose?: (event: ClusterEvent) => ReactNode;
}

/** Warnings of Kubernetes, newest first. */
export function EventTable({ label, events, whose }: EventTableProps) {
  const heads = [
    texts.last,
    ...(whose ? [texts.instance] : []),
    texts.reason,
    texts.about,
    texts.message,
    texts.count,
  ];
  return (
    <Table label={label} heads={heads}>
      {[...events]
        .sort((a, b) => b.at.localeCompare(a.at))
        .map((event, i) => (
          <tr key={i}>
            <td data-dim>
              <Time at={event.at} />
            </td>
            {whose && <td>{whose(event)}</td>}
            <td>{event.reason}</td>
            <td>
              {event.kind} {event.object}
              {event.part !== undefined && `, ${event.part}`}
            </td>
            <td data-wrap>{event.message}</td>
            <td title={event.firstAt === undefined ? undefined : texts.sinceFirst(event.firstAt)}>
              {event.count}
            </td>
          </tr>
        ))}
    </Table>
  );
}

import type { Operation } from '@/api/types';
import { duration, parseTime } from '@/lib/time';
import { TextLink } from '../links';
import { operationLooks, operationTitle } from '../status/looks';
import { Status } from '../status/Status';
import { Table } from '../Table';
import { Time } from '../Time';
import * as texts from '@/texts/pipelines';

interface OperationTableProps {
  operations: readonly Operation[];
  /** Id of the one that is shown in full. */
  shown: string | undefined;
}

/** An instance's operations, newest first: who, when, why, and how it went. */
export function OperationTable({ operations, shown }: OperationTableProps) {
  return (
    <Table
      label={texts.operations}
      heads={[
        texts.operation,
        texts.state,
        texts.requestedBy2,
        texts.reason,
        texts.duration,
        texts.requested,
      ]}
    >
      {operations.map((o) => (
        <tr key={o.id}>
          <td>
            <TextLink
              to="/clusters/$cluster/instances/$instance"
              params={{ cluster: o.cluster, instance: o.instance }}
              search={(before) => ({ ...before, operation: o.id })}
              aria-current={o.id === shown ? 'true' : undefined}
            >
              {operationTitle(o)}
            </TextLink>
          </td>
          <td>
            <Status look={operationLooks[o.state]} />
          </td>
          <td>{o.requestedBy}</td>
          <td data-wrap>{o.reason}</td>
          <td data-dim>{took(o)}</td>
          <td data-dim>
            <Time at={o.requestedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function took({ requestedAt, endedAt }: Operation): string {
  const [start, end] = [parseTime(requestedAt), parseTime(endedAt)];
  return start && end ? duration(end.getTime() - start.getTime()) : '';
}

import type { ReactNode } from 'react';
import type { Pipeline } from '@/api/types';
import { duration, parseTime } from '@/lib/time';
import { QuietLink } from '../links';
import { pipelineLook, pipelineTitle } from '../status/looks';
import { Status } from '../status/Status';
import { Table } from '../Table';
import { Time } from '../Time';
import * as texts from '@/texts/pipelines';

interface PipelineTableProps {
  label: string;
  pipelines: readonly Pipeline[];
  /** The last cell of a row, such as what can be done. */
  last?: (pipeline: Pipeline) => ReactNode;
}

const heads = [texts.pipeline, texts.status, texts.operation, texts.instance, texts.duration, texts.updated];

/** Pipelines, newest first. */
export function PipelineTable({ label, pipelines, last }: PipelineTableProps) {
  return (
    <Table label={label} heads={last ? [...heads, ''] : heads}>
      {pipelines.map((p) => (
        <tr key={p.id}>
          <td>
            <QuietLink
              to="/clusters/$cluster/pipelines/$pipeline"
              params={{ cluster: p.cluster, pipeline: String(p.id) }}
              data-row
            >
              #{p.id}
            </QuietLink>
          </td>
          <td>
            <Status look={pipelineLook(p.status)} />
          </td>
          <td>
            {p.operation === undefined ? (
              <span data-dim>{p.parent === undefined ? texts.none : texts.child}</span>
            ) : (
              pipelineTitle(p)
            )}
            {p.requestedBy !== undefined && <span data-dim>{texts.byPerson(p.requestedBy)}</span>}
          </td>
          <td data-wrap>{about(p)}</td>
          <td data-dim>{took(p)}</td>
          <td data-dim>
            <Time at={p.updatedAt} />
          </td>
          {last && <td data-end>{last(p)}</td>}
        </tr>
      ))}
    </Table>
  );
}

const named = 3;

function about(p: Pipeline): string {
  const names = (p.deployments ?? []).map((d) => d.instance);
  if (names.length === 0) return p.title ?? p.ref;
  const rest = names.length - named;
  return names.slice(0, named).join(', ') + (rest > 0 ? texts.andMore(rest) : '');
}

export function took(p: Pipeline): string {
  const start = parseTime(p.startedAt ?? p.createdAt);
  const end = parseTime(p.finishedAt);
  return start && end ? duration(end.getTime() - start.getTime()) : '';
}

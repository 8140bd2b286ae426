import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { usageQuery } from '@/api/queries/runtime';
import type { Usage } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Loading } from '@/components/Loading';
import { Panel } from '@/components/Panel';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { dateTime, parseTime } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { change, count, measures, samplesOf } from './measures';
import classes from './usage.module.css';

const Chart = lazy(() => import('./Chart'));

const spans = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
];

const day = 86_400_000;

interface UsagePanelProps {
  cluster: string;
  instance: string;
  /** How far back, in days; 90 unless it is one of the choices. */
  days: string | undefined;
  onDays: (days: string) => void;
}

/** Who used an instance over time. */
export default function UsagePanel({ cluster, instance, days, onDays }: UsagePanelProps) {
  const span = spans.find(({ value }) => value === days)?.value ?? '90';
  const from = new Date(useNow() - Number(span) * day).toISOString().slice(0, 10);
  const query = useQuery(usageQuery(cluster, instance, from));
  return (
    <Panel
      title="Usage"
      note={<Time at={query.data?.collectedAt} prefix="Told " />}
      actions={
        <NativeSelect
          size="xs"
          aria-label="Span of time"
          value={span}
          data={spans}
          onChange={(event) => onDays(event.currentTarget.value)}
        />
      }
    >
      <Loaded query={query} what="The usage" lines={8}>
        {(usage) => (
          <div className={classes.usage}>
            <LastTry usage={usage} />
            {usage.points.length === 0 ? (
              <Empty title="Nothing is known of this time">
                The cluster is asked once a day and by Refresh, and what it tells is kept.
              </Empty>
            ) : (
              <Charts usage={usage} />
            )}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function LastTry({ usage: { error, triedAt } }: { usage: Usage }) {
  if (error === undefined || error === '') return null;
  const tried = parseTime(triedAt);
  return (
    <Failure
      error={new Error(error)}
      what={`The report of ${tried ? dateTime(tried) : 'late'} could not be had.`}
      cause={error}
    />
  );
}

function Charts({ usage: { points, from, to } }: { usage: Usage }) {
  return (
    <>
      <ul className={classes.charts}>
        {measures.map(({ key, name, about }) => {
          const samples = samplesOf(points, key);
          return (
            <li key={key}>
              <h3>{name}</h3>
              <p className={classes.latest}>
                <strong>{count(samples.at(-1)?.value)}</strong> {change(samples)}
              </p>
              <p className={classes.about}>{samples.length === 0 ? 'The report does not tell it.' : about}</p>
              {samples.length > 0 && (
                <div aria-hidden="true" className={classes.chart}>
                  <Suspense fallback={<Loading lines={5} label={`Loading: ${name}`} />}>
                    <Chart name={name} samples={samples} from={Date.parse(from)} to={Date.parse(to)} />
                  </Suspense>
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <details>
        <summary className={classes.summary}>The same as a table</summary>
        <Table label="Usage" heads={['Period', ...measures.map(({ name }) => name)]}>
          {[...points].reverse().map((point) => (
            <tr key={point.day}>
              <td>
                {point.from} to {point.day}
              </td>
              {measures.map(({ key }) => (
                <td key={key}>{count(point[key])}</td>
              ))}
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}

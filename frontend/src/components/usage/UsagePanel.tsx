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
import { NativeSelect } from '../ui/Field';
import { change, count, measures, samplesOf } from './measures';
import classes from './usage.module.css';
import * as texts from '@/texts/usage';

const Chart = lazy(() => import('./Chart'));

const spans = [
  { value: '30', label: texts.n30Days },
  { value: '90', label: texts.n90Days },
  { value: '365', label: texts.aYear },
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
      title={texts.usage}
      note={<Time at={query.data?.collectedAt} prefix={texts.collected} />}
      actions={
        <NativeSelect
          size="sm"
          aria-label={texts.period}
          value={span}
          data={spans}
          onChange={(event) => onDays(event.currentTarget.value)}
        />
      }
    >
      <Loaded query={query} what={texts.theUsage} lines={8}>
        {(usage) => (
          <div className="stack">
            <LastTry usage={usage} />
            {usage.points.length === 0 ? (
              <Empty title={texts.noDataForThisPeriod}>{texts.ocimCollectsUsageOnceA}</Empty>
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
      what={texts.couldntCollectTheReportOf(tried ? dateTime(tried) : 'late')}
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
              <p className={`small dim ${classes.latest}`}>
                <strong>{count(samples.at(-1)?.value)}</strong> {change(samples)}
              </p>
              <p className="tiny dim">{samples.length === 0 ? texts.notInTheReport : about}</p>
              {samples.length > 0 && (
                <div aria-hidden="true" className={classes.chart}>
                  <Suspense fallback={<Loading lines={5} label={texts.loading(name)} />}>
                    <Chart name={name} samples={samples} from={Date.parse(from)} to={Date.parse(to)} />
                  </Suspense>
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <details>
        <summary className={classes.summary}>{texts.showAsTable}</summary>
        <Table label={texts.usage} heads={[texts.period, ...measures.map(({ name }) => name)]}>
          {[...points].reverse().map((point) => (
            <tr key={point.day}>
              <td>{texts.to(point.from, point.day)}</td>
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

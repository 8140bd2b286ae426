import { Button } from '@mantine/core';
import type { Estimate, Operation } from '@/api/types';
import { Failure } from '@/components/Failure';
import { useMay } from '@/components/useMe';
import { duration, parseTime, timeOfDay } from '@/lib/time';
import classes from './operations.module.css';
import { useWithdraw } from './useWithdraw';

interface ProgressProps {
  operation: Operation;
  estimate: Estimate | undefined;
  /** Operations that it waits for. */
  ahead: number;
}

/** How far an operation is by earlier ones; while it waits, behind how many, and a way to take it back. */
export function Progress({ operation, estimate, ahead }: ProgressProps) {
  if (operation.state === 'requested') return <Waits operation={operation} ahead={ahead} />;
  const done = parseTime(estimate?.doneAt);
  if (!estimate || !done) return null;
  const late = estimate.percent >= 99;
  return (
    <div className={classes.progress}>
      <div
        className={classes.bar}
        role="progressbar"
        aria-label="Progress, estimated"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={estimate.percent}
      >
        <div style={{ width: `${estimate.percent}%` }} />
      </div>
      <span>
        {late
          ? `It takes longer than the usual ${duration(estimate.seconds * 1000)}.`
          : `About ${estimate.percent} %, done at ${timeOfDay(done)} or so`}
        {!late &&
          (estimate.runs === 0
            ? '; a guess, since none has run here yet.'
            : `, by ${estimate.runs} earlier.`)}
      </span>
    </div>
  );
}

function Waits({ operation, ahead }: { operation: Operation; ahead: number }) {
  const { cluster, id } = operation;
  const operator = useMay('operator', cluster);
  const { mutate, isPending, error } = useWithdraw(cluster, id);
  return (
    <>
      <p className={classes.waits}>
        {ahead === 0
          ? 'It is next, and starts as soon as the cluster is free.'
          : `It waits for ${ahead} other ${ahead === 1 ? 'operation' : 'operations'} of this cluster.`}
        {operator && (
          <Button variant="default" size="compact-sm" loading={isPending} onClick={() => mutate()}>
            Withdraw it
          </Button>
        )}
      </p>
      {error && <Failure error={error} what="It was not withdrawn." />}
    </>
  );
}

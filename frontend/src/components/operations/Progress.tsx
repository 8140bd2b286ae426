import { Button } from '@mantine/core';
import type { Estimate, Operation } from '@/api/types';
import { Failure } from '@/components/Failure';
import { useMay } from '@/components/useMe';
import { duration, parseTime, span } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import classes from './operations.module.css';
import { useWithdraw } from './useWithdraw';
import * as texts from '@/texts/operations';

interface ProgressProps {
  operation: Operation;
  estimate: Estimate | undefined;
  /** Operations that it waits for. */
  ahead: number;
}

/** How far an operation is by earlier ones; while it waits, behind how many, and a way to take it back. */
export function Progress({ operation, estimate, ahead }: ProgressProps) {
  const now = useNow();
  if (operation.state === 'requested') return <Waits operation={operation} ahead={ahead} />;
  const done = parseTime(estimate?.doneAt);
  if (!estimate || !done) return null;
  const late = estimate.percent >= 99 || done.getTime() <= now;
  return (
    <div className={classes.progress}>
      <div
        className={classes.bar}
        role="progressbar"
        aria-label={texts.estimatedProgress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={estimate.percent}
      >
        <div style={{ width: `${estimate.percent}%` }} />
      </div>
      <span>
        {late
          ? texts.takingLongerThanUsual(duration(estimate.seconds * 1000))
          : texts.aboutLeft(estimate.percent, span(done, now))}
        {!late && (estimate.runs === 0 ? texts.estimateNoEarlierRunsOn2 : texts.n2(estimate.runs))}
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
        {ahead === 0 ? texts.nextInTheQueueStarts : texts.waitingForOnThisCluster(ahead)}
        {operator && (
          <Button variant="default" size="compact-sm" loading={isPending} onClick={() => mutate()}>
            {texts.withdraw2}
          </Button>
        )}
      </p>
      {error && <Failure error={error} what={texts.couldntWithdrawTheOperation} />}
    </>
  );
}

import type { Estimate, Operation } from '@/api/types';
import { Failure } from '@/components/Failure';
import { useMay } from '@/components/useMe';
import { isFuture } from '@/lib/future';
import { about, parseTime, timeOfDay } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { Button } from '../ui/Button';
import classes from './operations.module.css';
import { useResume, useWithdraw } from './useWithdraw';
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
  const accepted = parseTime(operation.acceptedAt);
  if (!estimate || !accepted || isFuture(accepted, now)) return null;
  // All from one clock and one duration, so that no part contradicts another.
  const whole = Math.max(1, estimate.seconds);
  const passed = Math.max(0, (now - accepted.getTime()) / 1000);
  const percent = Math.min(99, Math.floor((100 * passed) / whole));
  const usual = about(whole);
  return (
    <div className="stack gap-4 small dim">
      <div
        className={classes.bar}
        role="progressbar"
        aria-label={texts.estimatedProgress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      <span>
        {percent === 99
          ? texts.takingLongerThanUsual(usual)
          : texts.leftOfUsual(percent, about(Math.ceil(whole - passed)), usual)}
        {estimate.runs === 0 ? texts.estimateNoEarlierRunsOn2 : texts.n2(estimate.runs)}
      </span>
    </div>
  );
}

function Waits({ operation, ahead }: { operation: Operation; ahead: number }) {
  const { cluster, id } = operation;
  const operator = useMay('operator', cluster);
  const withdraw = useWithdraw(cluster, id);
  const resume = useResume(cluster, id);
  const resumable = operation.waitingFor === 'setting' || operation.waitingFor === 'permission';
  return (
    <>
      <p className={`row small ${classes.waits}`}>
        {waitText(operation, ahead)}
        {operator && resumable && (
          <Button size="compact" loading={resume.isPending} onClick={() => resume.mutate()}>
            {texts.resume}
          </Button>
        )}
        {operator && (
          <Button
            variant="default"
            size="compact"
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate()}
          >
            {texts.withdraw2}
          </Button>
        )}
      </p>
      {resume.error && <Failure error={resume.error} what={texts.couldntResumeTheOperation} />}
      {withdraw.error && <Failure error={withdraw.error} what={texts.couldntWithdrawTheOperation} />}
    </>
  );
}

/** What a waiting operation waits for. */
function waitText(operation: Operation, ahead: number): string {
  switch (operation.waitingFor) {
    case 'limit': {
      const again = parseTime(operation.retryAt);
      return again ? texts.waitingForALimitUntil(timeOfDay(again)) : texts.waitingForALimit;
    }
    case 'setting':
      return texts.waitingForASetting;
    case 'permission':
      return texts.waitingForAnotherOperator;
    default:
      return ahead === 0 ? texts.nextInTheQueueStarts : texts.waitingForOnThisCluster(ahead);
  }
}

import { Time } from './Time';

interface TimeCellProps {
  at: string | undefined;
  ahead?: boolean;
  /** What it says when it has not happened. */
  never?: string;
}

/** A time in a row of a table. */
export function TimeCell({ at, ahead = false, never = '' }: TimeCellProps) {
  return <td data-dim>{at === undefined ? never : <Time at={at} ahead={ahead} />}</td>;
}

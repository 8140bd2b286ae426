import { dateTime, parseTime, relative } from '@/lib/time';
import { useNow } from '@/lib/useNow';

/** A time, relative, with the absolute one to hover over. Nothing when there is none. */
export function Time({ at, prefix = '' }: { at: string | undefined; prefix?: string }) {
  const now = useNow();
  const date = parseTime(at);
  if (!date) return null;
  return (
    <time dateTime={date.toISOString()} title={dateTime(date)}>
      {prefix}
      {relative(date, now)}
    </time>
  );
}

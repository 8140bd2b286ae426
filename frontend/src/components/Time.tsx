import { dateTime, parseTime, relative, span } from '@/lib/time';
import { useNow } from '@/lib/useNow';

interface TimeProps {
  at: string | undefined;
  prefix?: string;
  /** Shows how long it has lasted ("3 min") instead of when it began ("3 min ago"). */
  lasting?: boolean;
}

/** A time, relative, with the absolute one in its title. Nothing when there is none. */
export function Time({ at, prefix = '', lasting = false }: TimeProps) {
  const now = useNow();
  const date = parseTime(at);
  if (!date) return null;
  return (
    <time dateTime={date.toISOString()} title={dateTime(date)}>
      {prefix}
      {lasting ? span(date, now) : relative(date, now)}
    </time>
  );
}

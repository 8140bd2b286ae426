import { isFuture } from '@/lib/future';
import { dateTime, parseTime, relative, span } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import * as texts from '@/texts/time';

interface TimeProps {
  at: string | undefined;
  prefix?: string;
  /** Shows how long it has lasted ("3 min") instead of when it began ("3 min ago"). */
  lasting?: boolean;
  /** Whether it may be still to come, such as an expiry. Any other time of the future is an error: a clock is wrong. */
  ahead?: boolean;
}

/** A time, relative, with the absolute one in its title. Nothing when there is none. */
export function Time({ at, prefix = '', lasting = false, ahead = false }: TimeProps) {
  const now = useNow();
  const date = parseTime(at);
  if (!date) return null;
  if (!ahead && isFuture(date, now))
    return (
      <time style={{ color: 'var(--ocim-bad)' }} dateTime={date.toISOString()} title={dateTime(date)}>
        {texts.wrongClock}
      </time>
    );
  return (
    <time dateTime={date.toISOString()} title={dateTime(date)}>
      {prefix}
      {lasting ? span(date, now) : relative(date, now)}
    </time>
  );
}

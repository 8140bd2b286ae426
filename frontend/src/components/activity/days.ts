import { isFuture } from '@/lib/future';
import { dayOf, parseTime } from '@/lib/time';
import * as texts from '@/texts/activity';

/** A day with what happened on it. */
export interface Day<T> {
  name: string;
  entries: T[];
}

/** What happened, newest first, by the day here. */
export function daysOf<T extends { at: string }>(entries: readonly T[], now: number): Day<T>[] {
  const days: Day<T>[] = [];
  for (const entry of entries) {
    const at = parseTime(entry.at);
    const name = !at ? texts.unknownDate : isFuture(at, now) ? texts.wrongClock : dayOf(at, now);
    const last = days.at(-1);
    if (last?.name === name) last.entries.push(entry);
    else days.push({ name, entries: [entry] });
  }
  return days;
}

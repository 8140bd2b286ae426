import { isFuture } from './future';
import { parseTime } from './time';

/** How old a fact may be in ms: two refreshes, which come every minute, were missed. The API's lists say the same. */
export const staleAfter = 3 * 60_000;

/** Whether what is known is too old to be relied on, was never known, or is of the future: then a clock is wrong. */
export function isStale(at: string | undefined, now: number): boolean {
  const date = parseTime(at);
  return date === undefined || now - date.getTime() > staleAfter || isFuture(date, now);
}

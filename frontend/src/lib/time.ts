import * as texts from '@/texts/lib';

const units = [
  ['y', 31_557_600],
  ['mo', 2_629_800],
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** "3 min ago", "in 2 d"; "just now" within half a minute. */
export function relative(date: Date, now: number): string {
  const seconds = (date.getTime() - now) / 1000;
  if (Math.abs(seconds) < 30) return texts.justNow;
  const text = rough(Math.abs(seconds));
  return seconds < 0 ? texts.ago(text) : texts.inText(text);
}

/** "3 min": how long ago it was, or how long it takes until then, in one unit. */
export function span(date: Date, now: number): string {
  return rough(Math.max(1, Math.abs(date.getTime() - now) / 1000));
}

/** "25 min": in one unit. */
export function rough(seconds: number): string {
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? units[5];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** How long something takes, as one says it: "40 s", "5 min", "1 h 30 min". */
export function about(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return texts.hMin(Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
}

/** Full date and time, for a title or a tooltip. */
export function dateTime(date: Date): string {
  return absolute.format(date);
}

/** "Today", "Yesterday", "Monday 16 November": the day here, where the reader is. */
export function dayOf(date: Date, now: number): string {
  const today = new Date(now);
  const yesterday = new Date(now);
  yesterday.setDate(today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return texts.today;
  if (date.toDateString() === yesterday.toDateString()) return texts.yesterday;
  return day.format(date);
}

/** "12:04". */
export function timeOfDay(date: Date): string {
  return clock.format(date);
}

/** "48 s", "3 min 12 s", "1 h 04 min". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return texts.minS(minutes, String(seconds % 60).padStart(2, '0'));
  return texts.hMin(Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
}

/** A time of the API; absent and Go's zero time are undefined. */
export function parseTime(text: string | undefined): Date | undefined {
  if (text === undefined || text.startsWith('0001-')) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

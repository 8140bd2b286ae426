import type { UsagePoint } from '@/api/types';
import * as texts from '@/texts/usage';

export type Measure = 'users' | 'activeUsers' | 'courses' | 'hits';

export const measures: readonly { key: Measure; name: string; about: string }[] = [
  { key: 'users', name: texts.users, about: texts.registeredUsers },
  { key: 'activeUsers', name: texts.activeUsers, about: texts.usersWhoLoggedInDuring },
  { key: 'courses', name: texts.courses, about: texts.allCourses },
  { key: 'hits', name: texts.hits, about: texts.pageViewsDuringThePeriod },
];

export interface Sample {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
}

/** What is known of a measure, oldest first. */
export function samplesOf(points: readonly UsagePoint[], key: Measure): Sample[] {
  return points.flatMap((point) => {
    const value = point[key];
    return value === undefined ? [] : [{ time: Date.parse(point.day), value }];
  });
}

const numbers = new Intl.NumberFormat('en-GB');

export function count(value: number | undefined): string {
  return value === undefined ? '—' : numbers.format(value);
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** “3 Oct”. */
export function dayWord(time: number): string {
  return days.format(time);
}

/** How it went: “+275 since 3 Oct”. Undefined when there is nothing to compare. */
export function change(samples: readonly Sample[]): string | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || first === last) return undefined;
  const by = last.value - first.value;
  const sign = by > 0 ? '+' : by < 0 ? '−' : '';
  return texts.since(by, sign, count(Math.abs(by)), dayWord(first.time));
}

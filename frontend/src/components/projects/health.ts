import type { Check, CheckName, ProjectHealth } from '@/api/types';
import { parseTime } from '@/lib/time';
import type { Look } from '../status/looks';
import { type CheckRun, checkLooks, checkNames, runOf } from './checks';
import * as texts from '@/texts/projects';

/** How long before its end a token is worth a word. */
const soon = 14 * 24 * 3_600_000;

export function found(health: ProjectHealth, name: CheckName): Check | undefined {
  return health.checks.find((c) => c.check === name);
}

/** What is known of every check, in their order. */
export function knownRuns(health: ProjectHealth): CheckRun[] {
  return checkNames.map((name) => {
    const check = found(health, name);
    return check ? runOf(check) : { name, state: 'unknown' };
  });
}

/** How a project's credential or webhook fares, in a word. */
export function lookOf(health: ProjectHealth, name: CheckName, now: number): Look {
  const look = checkLooks[found(health, name)?.state ?? 'unknown'];
  const ends = name === 'token' ? parseTime(health.tokenExpiresAt) : undefined;
  if (ends && look.tone === 'ok' && ends.getTime() - now < soon) {
    return { shape: 'triangle', tone: 'warn', word: texts.expiresSoon };
  }
  return look;
}

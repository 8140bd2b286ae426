import { useEffect, useRef, useState } from 'react';
import { ApiError } from '@/api/errors';
import type { Check, CheckName } from '@/api/types';
import { blocks, type CheckRun, runOf } from './checks';
import * as texts from '@/texts/projects';

type Ask = (name: CheckName, signal: AbortSignal) => Promise<{ checks: readonly Check[] }>;

/** Makes checks one after another, and shows each as it runs. A new run ends the one before. */
export function useChecks() {
  const [runs, setRuns] = useState<ReadonlyMap<CheckName, CheckRun>>(new Map());
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);
  const [busy, setBusy] = useState(false);

  const put = (run: CheckRun) => setRuns((before) => new Map(before).set(run.name, run));

  /** Gives how they came out; undefined when another run took its place. Throws what the API says of the input. */
  const run = async (names: readonly CheckName[], ask: Ask): Promise<CheckRun[] | undefined> => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    setBusy(true);
    for (const name of names) put({ name, state: 'waiting' });
    const done: CheckRun[] = [];
    try {
      for (const name of names) {
        const blocked = done.find((d) => d.state === 'failed' && blocks(d.name, name));
        if (!blocked) put({ name, state: 'running' });
        const one = blocked ? ({ name, state: 'blocked' } as const) : await makeOne(name, ask, own.signal);
        if (own.signal.aborted) return undefined;
        done.push(one);
        put(one);
      }
      return done;
    } catch (cause) {
      if (!own.signal.aborted) setRuns(new Map());
      throw cause;
    } finally {
      if (current.current === own) setBusy(false);
    }
  };

  return { runs, run, busy };
}

async function makeOne(name: CheckName, ask: Ask, signal: AbortSignal): Promise<CheckRun> {
  try {
    const { checks } = await ask(name, signal);
    const check = checks[0];
    return check ? runOf(check) : { name, state: 'unknown' };
  } catch (cause) {
    if (cause instanceof ApiError && Object.keys(cause.fields).length > 0) throw cause;
    const detail = cause instanceof ApiError ? cause.message : texts.theCheckDidntRun;
    return { name, state: 'broken', detail, cure: texts.retryTheCheck };
  }
}

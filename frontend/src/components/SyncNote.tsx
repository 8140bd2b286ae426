import type { SyncState } from '@/api/types';
import { parseTime, timeOfDay } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { Failure } from './Failure';

/** A project is read at least this often; what missed two turns is stale. */
export const staleAfter = 2 * 5 * 60_000;

export function isStale(sync: SyncState, now: number): boolean {
  const at = parseTime(sync.succeededAt);
  return at === undefined || now - at.getTime() > staleAfter;
}

/** Says so when what is shown could not be brought up to date. */
export function SyncNote({ sync }: { sync: SyncState }) {
  const now = useNow();
  if (sync.error === undefined || sync.error === '') return null;
  const at = parseTime(sync.succeededAt);
  const since = at
    ? `What you see is as of ${timeOfDay(at)}${isStale(sync, now) ? ', which is stale' : ''}.`
    : 'It was never read.';
  return (
    <Failure
      error={new Error(sync.error)}
      what={`The project could not be read. ${since}`}
      cause={sync.error}
    />
  );
}

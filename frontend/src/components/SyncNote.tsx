import type { SyncState } from '@/api/types';
import { isStale } from '@/lib/stale';
import { parseTime, timeOfDay } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { Failure } from './Failure';

/** Says so when what is shown could not be brought up to date. */
export function SyncNote({ sync }: { sync: SyncState }) {
  const now = useNow();
  if (sync.error === undefined || sync.error === '') return null;
  const at = parseTime(sync.succeededAt);
  const since = at
    ? `What you see is as of ${timeOfDay(at)}${isStale(sync.succeededAt, now) ? ', which is stale' : ''}.`
    : 'It was never read.';
  return (
    <Failure
      error={new Error(sync.error)}
      what={`The project could not be read. ${since}`}
      cause={sync.error}
    />
  );
}

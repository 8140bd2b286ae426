import type { SyncState } from '@/api/types';
import { isStale } from '@/lib/stale';
import { parseTime, timeOfDay } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { Failure } from './Failure';
import * as texts from '@/texts/common';

/** Says so when what is shown could not be brought up to date. */
export function SyncNote({ sync }: { sync: SyncState }) {
  const now = useNow();
  if (sync.error === undefined || sync.error === '') return null;
  const at = parseTime(sync.succeededAt);
  const since = at
    ? texts.showingDataFrom(timeOfDay(at), isStale(sync.succeededAt, now))
    : texts.ocimHasntReadItYet;
  return (
    <Failure error={new Error(sync.error)} what={texts.ocimCouldntReadTheProject(since)} cause={sync.error} />
  );
}

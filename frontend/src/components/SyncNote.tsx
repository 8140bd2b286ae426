import type { SyncState } from '@/api/types';
import { isStale } from '@/lib/stale';
import { parseTime, timeOfDay } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import { Failure } from './Failure';
import { Notice } from './Notice';
import * as texts from '@/texts/common';

/** Says so when what is shown could not be brought up to date. */
export function SyncNote({ sync }: { sync: SyncState }) {
  const now = useNow();
  const waiting = parseTime(sync.waitingSince);
  if ((sync.error === undefined || sync.error === '') && !waiting) return null;
  const at = parseTime(sync.succeededAt);
  const since = at
    ? texts.showingDataFrom(timeOfDay(at), isStale(sync.succeededAt, now))
    : texts.ocimHasntReadItYet;
  if (sync.error === undefined || sync.error === '')
    return (
      <Notice tone="warn" title={texts.gitlabsRateLimitDelaysTheSync}>
        {since} {texts.ocimReadsTheProjectNext}
      </Notice>
    );
  return (
    <Failure error={new Error(sync.error)} what={texts.ocimCouldntReadTheProject(since)} cause={sync.error} />
  );
}

import { isStale } from '@/lib/stale';
import { useNow } from '@/lib/useNow';
import { Time } from './Time';
import * as texts from '@/texts/common';

/** How old what is known is, and whether that is too old. Nothing when it was never known. */
export function Age({ at, prefix = '' }: { at: string | undefined; prefix?: string }) {
  const now = useNow();
  if (at === undefined) return null;
  return (
    <>
      <Time at={at} prefix={prefix} />
      {isStale(at, now) && texts.stale}
    </>
  );
}

import type { ReactNode } from 'react';
import { Failure } from './Failure';
import { Loading } from './Loading';
import * as texts from '@/texts/common';

/** A query of the cache, or what useLoad gives. */
interface Query<T> {
  data: T | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch: () => unknown;
}

interface LoadedProps<T> {
  query: Query<T>;
  /** What this shows, for “… could not be loaded”. */
  what: string;
  lines?: number;
  /** What stands in its place until it is there. */
  shape?: 'rows' | 'panel';
  children: (data: T) => ReactNode;
}

/**
 * Shows what a query gave. When asking again fails, the failure stands above the last known data; it
 * never takes them away.
 */
export function Loaded<T>({ query, what, lines, shape, children }: LoadedProps<T>) {
  const failure = query.error && (
    <Failure
      error={query.error}
      what={query.data === undefined ? texts.couldntLoad(what) : texts.couldntRefresh(what)}
      onRetry={() => void query.refetch()}
      retrying={query.isFetching}
    />
  );
  if (query.data === undefined) {
    return failure ?? <Loading label={texts.loading2(what)} lines={lines} shape={shape} />;
  }
  return (
    <>
      {failure}
      {children(query.data)}
    </>
  );
}

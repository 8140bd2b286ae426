import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { type JobPlace, readJobLog } from '@/api/queries/logs';
import { LogStore } from './LogStore';

/** A job's log, around the byte at which it is opened, and going on while the job runs. */
export function useJobLog({ cluster, pipeline, job }: JobPlace, at: number | undefined, running: boolean) {
  const store = useMemo(
    () => new LogStore((from, limit, signal) => readJobLog({ cluster, pipeline, job }, from, limit, signal)),
    [cluster, pipeline, job],
  );
  const state = useSyncExternalStore(store.subscribe, () => store.state);
  useEffect(() => {
    store.setRunning(running);
  }, [store, running]);
  useEffect(() => {
    void store.open(at);
    return () => store.stop();
    // Going to another line of what is shown needs no reading; the page asks for the rest itself.
  }, [store]); // eslint-disable-line react-hooks/exhaustive-deps
  return { store, state };
}

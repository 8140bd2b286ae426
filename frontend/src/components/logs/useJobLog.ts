import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type JobPlace, readJobLog } from '@/api/queries/logs';
import { LogStore } from './LogStore';

/** A job's log, around the byte at which it is first opened, and going on while the job runs. */
export function useJobLog({ cluster, pipeline, job }: JobPlace, at: number | undefined, running: boolean) {
  const store = useMemo(
    () => new LogStore((from, limit, signal) => readJobLog({ cluster, pipeline, job }, from, limit, signal)),
    [cluster, pipeline, job],
  );
  // Going to another line of what is shown needs no reading; the page asks for the rest itself.
  const [first] = useState(at);
  const state = useSyncExternalStore(store.subscribe, () => store.state);
  useEffect(() => {
    store.setRunning(running);
  }, [store, running]);
  useEffect(() => {
    void store.open(first);
    return () => store.stop();
  }, [store, first]);
  return { store, state };
}

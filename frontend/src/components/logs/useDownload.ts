import { useEffect, useRef } from 'react';
import { useMutation } from '@tanstack/react-query';
import { type JobPlace, readJobLog } from '@/api/queries/logs';
import type { Job } from '@/api/types';
import { saveFile } from '@/lib/saveFile';
import { wholeLog } from './LogStore';

/** Saves a whole log as a file. */
export function useDownload(place: JobPlace, job: Job) {
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      stop.current = new AbortController();
      return wholeLog((from, limit, signal) => readJobLog(place, from, limit, signal), stop.current.signal);
    },
    onSuccess: (blob) => saveFile(blob, `${place.cluster}-${place.pipeline}-${job.name}-${job.id}.log`),
  });
  return { start: () => mutate(), busy: isPending, error };
}

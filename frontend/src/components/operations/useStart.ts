import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiError } from '@/api/errors';
import { type Confirmation, startOperation } from '@/api/queries/operations';
import type { Operation } from '@/api/types';
import { newKey } from '@/lib/key';

/**
 * Starts what was confirmed, once. Pressing again, or trying again after no answer came, sends the same
 * key as long as the same thing is confirmed.
 */
export function useStart(cluster: string, onStarted: (operation: Operation) => void) {
  const queryClient = useQueryClient();
  const intent = useRef<{ wanted: string; key: string }>(undefined);
  // Set at once, unlike what React renders: the second press of a double click finds it.
  const sent = useRef(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (confirmation: Confirmation) => {
      const wanted = JSON.stringify([cluster, confirmation]);
      if (intent.current?.wanted !== wanted) intent.current = { wanted, key: newKey() };
      return startOperation(cluster, intent.current.key, confirmation);
    },
    onSuccess: (operation) => {
      for (const queryKey of [['instance', cluster], ['history', cluster], ['tree'], ['queue']]) {
        void queryClient.invalidateQueries({ queryKey });
      }
      onStarted(operation);
    },
    onError: (error) => {
      sent.current = false;
      // Without an answer it may have started; then the preview would forbid what the same key repeats.
      if (error instanceof ApiError && error.temporary) return;
      // It may be refused since it is not what was previewed any more: look again.
      void queryClient.invalidateQueries({ queryKey: ['preview', cluster] });
    },
  });
  return {
    busy: isPending,
    failure: error,
    start: (confirmation: Confirmation) => {
      if (sent.current) return;
      sent.current = true;
      mutate(confirmation);
    },
  };
}

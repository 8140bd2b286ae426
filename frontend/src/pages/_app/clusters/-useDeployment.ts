import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiError } from '@/api/errors';
import { createInstance, type NewInstance } from '@/api/queries/pipelines';
import type { Operation } from '@/api/types';
import { newKey } from '@/lib/key';
import { overrideKey } from '@/lib/overrideKey';

/**
 * Starts a deployment once. Pressing again, or trying again after no answer came, sends the same key as
 * long as the same thing is wanted, so that it never starts a second one.
 */
export function useDeployment(cluster: string, onStarted: (operation: Operation) => void) {
  const intent = useRef<{ wanted: string; key: string }>(undefined);
  const mutation = useMutation({
    mutationFn: (wanted: NewInstance) => {
      const text = JSON.stringify([cluster, wanted]);
      if (intent.current?.wanted !== text) intent.current = { wanted: text, key: newKey() };
      return createInstance(cluster, intent.current.key, wanted);
    },
    onSuccess: onStarted,
  });
  const fields = mutation.error instanceof ApiError ? mutation.error.fields : {};
  return {
    busy: mutation.isPending,
    /** What the API says of the fields. */
    fields,
    failure: mutation.error,
    reset: mutation.reset,
    start: (wanted: NewInstance) => {
      if (!mutation.isPending) mutation.mutate(wanted);
    },
  };
}

/** What the API says of the overrides, at the lines of their keys. */
export function marksOf(fields: Record<string, string>, lines: Record<string, number>) {
  return Object.entries(fields).flatMap(([field, message]) => {
    const key = overrideKey(field);
    if (key === undefined && field !== 'overrides') return [];
    return [{ line: lines[key ?? ''] ?? 1, message: key === undefined ? message : `${key} ${message}` }];
  });
}

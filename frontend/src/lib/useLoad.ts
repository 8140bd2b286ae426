import { useCallback, useEffect, useState } from 'react';

interface Loaded<T> {
  data: T | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch: () => void;
}

/** Loads something once, for pages that need no cache. `load` must not change between renders. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Omit<Loaded<T>, 'refetch'>>({
    data: undefined,
    error: null,
    isFetching: true,
  });
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, error: null, isFetching: false });
      },
      (cause: unknown) => {
        const error = cause instanceof Error ? cause : new Error(String(cause));
        if (!controller.signal.aborted) setState((before) => ({ ...before, error, isFetching: false }));
      },
    );
    return () => controller.abort();
  }, [load, turn]);
  const refetch = useCallback(() => {
    setState((before) => ({ ...before, isFetching: true }));
    setTurn((before) => before + 1);
  }, []);
  return { ...state, refetch };
}

import { QueryClient, useQueryClient } from '@tanstack/react-query';
import { ApiError } from './errors';

/** Reads are repeated by themselves when that may help; changes never are. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        retry: (failures, error) => error instanceof ApiError && error.temporary && failures < 2,
        retryDelay: (failures, error) =>
          (error instanceof ApiError ? error.retryAfter : undefined) ??
          Math.min(1_000 * 2 ** failures, 8_000),
      },
      mutations: { retry: false },
    },
  });
}

/** Has what a query gives read again wherever it is shown. */
export function useRefresh({ queryKey }: { queryKey: readonly unknown[] }) {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey });
}

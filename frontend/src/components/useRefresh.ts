import { useQueryClient } from '@tanstack/react-query';

/** Has what a query gives read again wherever it is shown. */
export function useRefresh({ queryKey }: { queryKey: readonly unknown[] }) {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey });
}

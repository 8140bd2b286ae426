import { useMutation, useQueryClient } from '@tanstack/react-query';
import { withdrawOperation } from '@/api/queries/operations';

/** Takes back an operation that waits for its turn. */
export function useWithdraw(cluster: string, operation: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => withdrawOperation(cluster, operation),
    // Also when it was too late: then it runs by now.
    onSettled: () => {
      for (const queryKey of [
        ['operation', cluster],
        ['instance', cluster],
        ['history', cluster],
        ['queue'],
        ['tree'],
      ]) {
        void queryClient.invalidateQueries({ queryKey });
      }
    },
  });
}

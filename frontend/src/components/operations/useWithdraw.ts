import { useMutation, useQueryClient } from '@tanstack/react-query';
import { resumeOperation, withdrawOperation } from '@/api/queries/operations';

/** Takes back an operation that waits in the queue. */
export const useWithdraw = (cluster: string, operation: string) =>
  useDecision(cluster, () => withdrawOperation(cluster, operation));

/** Resumes an operation that waits for a setting or for another operator. */
export const useResume = (cluster: string, operation: string) =>
  useDecision(cluster, () => resumeOperation(cluster, operation));

function useDecision(cluster: string, decide: () => Promise<unknown>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: decide,
    // Also after an error: the operation may run by now.
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

import { lazy, Suspense, useSyncExternalStore } from 'react';
import { confirmation } from '@/api/confirmation';

const StepUpDialog = lazy(() => import('./StepUpDialog'));

/** Shows the dialog while a call waits for a confirmation. */
export function StepUp() {
  const pending = useSyncExternalStore(confirmation.subscribe, () => confirmation.pending);
  if (pending === undefined) return null;
  return (
    <Suspense>
      <StepUpDialog pending={pending} />
    </Suspense>
  );
}

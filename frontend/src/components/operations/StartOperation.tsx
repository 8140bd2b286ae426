import { lazy, Suspense } from 'react';
import type { OperationDialogProps } from './OperationDialog';

const OperationDialog = lazy(() => import('./OperationDialog'));

/** Asks for an operation in a dialog, which comes on its own. */
export function StartOperation(props: OperationDialogProps) {
  return (
    <Suspense fallback={null}>
      <OperationDialog {...props} />
    </Suspense>
  );
}

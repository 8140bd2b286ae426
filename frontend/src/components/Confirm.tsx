import { lazy, type ReactNode, Suspense } from 'react';

const Dialog = lazy(() => import('./ConfirmDialog'));

export interface ConfirmProps {
  title: string;
  /** What will happen, and what will not. */
  children: ReactNode;
  /** What the button says: a verb, not “OK”. */
  verb: string;
  destructive?: boolean;
  run: () => Promise<unknown>;
  onDone?: () => void;
  onClose: () => void;
}

/** Asks before something disruptive. Closes once it is done; a failure stays. */
export function Confirm(props: ConfirmProps) {
  return (
    <Suspense fallback={null}>
      <Dialog {...props} />
    </Suspense>
  );
}

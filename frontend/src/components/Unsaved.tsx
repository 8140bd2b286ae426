import { useBlocker } from '@tanstack/react-router';
import { Confirm } from './Confirm';

/** Asks before a page is left with what was edited. */
export function Unsaved({ changed }: { changed: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: () => changed,
    enableBeforeUnload: () => changed,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Confirm
      title="Leave without the changes?"
      verb="Leave"
      run={() => Promise.resolve()}
      onDone={blocker.proceed}
      onClose={blocker.reset}
    >
      <p>What you edited is not kept anywhere.</p>
    </Confirm>
  );
}

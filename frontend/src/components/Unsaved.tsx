import { useBlocker } from '@tanstack/react-router';
import { Confirm } from './Confirm';
import * as texts from '@/texts/common';

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
      title={texts.discardYourChanges}
      verb={texts.discardChanges}
      run={() => Promise.resolve()}
      onDone={blocker.proceed}
      onClose={blocker.reset}
    >
      <p>{texts.yourEditsHaventBeenSaved}</p>
    </Confirm>
  );
}

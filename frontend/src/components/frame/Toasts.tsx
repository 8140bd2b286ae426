import { useSyncExternalStore } from 'react';
import { dismissToast, shownToasts } from '../showToast';
import { CloseButton } from '../ui/CloseButton';
import classes from './frame.module.css';
import * as texts from '@/texts/common';

/** Shows what succeeded. Failures are shown where they happened. */
export function Toasts() {
  const toasts = useSyncExternalStore(shownToasts.subscribe, shownToasts.get);
  return (
    <div className={classes.toasts} aria-live="polite">
      {toasts.map(({ id, message }) => (
        <div key={id} className={`line gap-12 small ${classes.toast}`}>
          {message}
          <CloseButton size={24} aria-label={texts.dismiss} onClick={() => dismissToast(id)} />
        </div>
      ))}
    </div>
  );
}

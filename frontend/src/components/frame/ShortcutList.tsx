import type { Shortcut } from '@/lib/keys';
import { Dialog } from '../Dialog';
import classes from './frame.module.css';
import * as texts from '@/texts/frame';

interface ShortcutListProps {
  shortcuts: readonly Shortcut[];
  onClose: () => void;
}

export default function ShortcutList({ shortcuts, onClose }: ShortcutListProps) {
  return (
    <Dialog title={texts.keyboardShortcuts} onClose={onClose}>
      <dl className={classes.keys}>
        <dt className="line gap-4">
          <kbd>{texts.ctrl}</kbd>
          <kbd>{texts.k2}</kbd>
        </dt>
        <dd>{texts.searchOrRun2}</dd>
        {shortcuts.flatMap(({ keys, does }) => [
          <dt key={`${keys} keys`} className="line gap-4">
            {keys.split(' ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>,
          <dd key={keys}>{does}</dd>,
        ])}
      </dl>
    </Dialog>
  );
}

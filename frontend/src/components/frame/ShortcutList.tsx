import { Kbd } from '@mantine/core';
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
        <dt>
          <Kbd>{texts.ctrl}</Kbd>
          <Kbd>{texts.k2}</Kbd>
        </dt>
        <dd>{texts.searchOrRun2}</dd>
        {shortcuts.flatMap(({ keys, does }) => [
          <dt key={`${keys} keys`}>
            {keys.split(' ').map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}
          </dt>,
          <dd key={keys}>{does}</dd>,
        ])}
      </dl>
    </Dialog>
  );
}

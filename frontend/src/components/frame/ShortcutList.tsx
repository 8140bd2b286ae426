import { Kbd } from '@mantine/core';
import type { Shortcut } from '@/lib/keys';
import { Dialog } from '../Dialog';
import classes from './frame.module.css';

interface ShortcutListProps {
  shortcuts: readonly Shortcut[];
  onClose: () => void;
}

export default function ShortcutList({ shortcuts, onClose }: ShortcutListProps) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className={classes.keys}>
        <dt>
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </dt>
        <dd>Search or run</dd>
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

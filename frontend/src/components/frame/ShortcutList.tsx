import { Kbd, Modal } from '@mantine/core';
import type { Shortcut } from '@/lib/keys';
import classes from './frame.module.css';

interface ShortcutListProps {
  shortcuts: readonly Shortcut[];
  onClose: () => void;
}

export default function ShortcutList({ shortcuts, onClose }: ShortcutListProps) {
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" closeButtonProps={{ 'aria-label': 'Close' }}>
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
    </Modal>
  );
}

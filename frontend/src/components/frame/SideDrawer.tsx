import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './frame.module.css';

interface SideDrawerProps {
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** The sidebar of narrow screens. */
export default function SideDrawer({ opened, onClose, children }: SideDrawerProps) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      size={300}
      padding={0}
      withCloseButton={false}
      aria-label="Sidebar"
      classNames={{ body: classes.drawer ?? '', content: classes.drawerContent ?? '' }}
    >
      {children}
    </Drawer>
  );
}

import type { ReactNode } from 'react';
import { Modal } from '../Modal';
import classes from './frame.module.css';
import * as texts from '@/texts/frame';

interface SideDrawerProps {
  onClose: () => void;
  children: ReactNode;
}

/** The sidebar of narrow screens. */
export default function SideDrawer({ onClose, children }: SideDrawerProps) {
  return (
    <Modal label={texts.sidebar} className={classes.drawer} onClose={onClose}>
      {children}
    </Modal>
  );
}

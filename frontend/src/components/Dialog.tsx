import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Dialog.module.css';
import * as texts from '@/texts/common';

interface DialogProps {
  title: string;
  children: ReactNode;
  /** As wide as what is read in it needs. */
  size?: 'md' | 'xl';
  onClose: () => void;
}

/** A question or a form above the page, which waits for an answer. */
export function Dialog({ title, children, size = 'md', onClose }: DialogProps) {
  return (
    <Modal.Root opened onClose={onClose} yOffset="10vh" size={size}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content>
        <Modal.Body className={classes.body ?? ''}>
          <div className={classes.head}>
            <Modal.Title className={classes.title ?? ''}>{title}</Modal.Title>
            <Modal.CloseButton aria-label={texts.close} />
          </div>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

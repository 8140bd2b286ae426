import { type ReactNode, useId } from 'react';
import classes from './Dialog.module.css';
import { Modal } from './Modal';
import { CloseButton } from './ui/CloseButton';
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
  const id = useId();
  return (
    <Modal labelledBy={id} className={size === 'xl' ? classes.wide : classes.dialog} onClose={onClose}>
      <div className={classes.body}>
        <div className={`line gap-12 ${classes.head}`}>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          <CloseButton aria-label={texts.close} onClick={onClose} />
        </div>
        {children}
      </div>
    </Modal>
  );
}

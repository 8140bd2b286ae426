import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import classes from './Modal.module.css';

interface ModalProps {
  label?: string;
  labelledBy?: string;
  className?: string | undefined;
  onClose: () => void;
  children: ReactNode;
}

/**
 * The browser's own dialog above the page: it keeps the focus, closes by Escape and by a press beside it, and gives
 * the focus back. `data-autofocus` marks what has the focus first.
 */
export function Modal({ label, labelledBy, className = '', onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    shown?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => shown?.close();
  }, []);
  return createPortal(
    <dialog
      ref={dialog}
      role="dialog"
      aria-modal="true"
      aria-label={label}
      aria-labelledby={labelledBy}
      className={`${classes.modal} ${className}`}
      onCancel={(event) => {
        // A file that was not chosen cancels its field, not the dialog.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        close.current();
      }}
      // Browsers close it themselves when Escape is pressed again and again.
      onClose={({ currentTarget }) => {
        if (!currentTarget.open && currentTarget.isConnected) close.current();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) close.current();
      }}
    >
      {children}
    </dialog>,
    document.body,
  );
}

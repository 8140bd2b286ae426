import { createEvent, fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { Dialog } from './Dialog';

const show = (onClose: () => void) =>
  render(
    <Dialog title="Archive?" onClose={onClose}>
      <input aria-label="File" type="file" />
      <button type="button" data-autofocus>
        Cancel
      </button>
    </Dialog>,
  );

test('a dialog is named, has the keyboard for itself and begins where it says', () => {
  show(vi.fn());
  expect(screen.getByRole('dialog', { name: 'Archive?' })).toHaveAttribute('aria-modal', 'true');
  expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus();
});

test('Escape closes it', () => {
  const close = vi.fn();
  show(close);
  const dialog = screen.getByRole('dialog');
  const cancel = createEvent('cancel', dialog, { cancelable: true });
  fireEvent(dialog, cancel);
  expect(close).toHaveBeenCalledOnce();
  // The browser leaves it to React to take the dialog away.
  expect(cancel.defaultPrevented).toBe(true);
});

test('a file that is not chosen leaves the dialog open', () => {
  const close = vi.fn();
  show(close);
  const file = screen.getByLabelText('File');
  fireEvent(file, createEvent('cancel', file, { bubbles: true, cancelable: true }));
  expect(close).not.toHaveBeenCalled();
});

test('a press beside it closes it, a press within does not', () => {
  const close = vi.fn();
  show(close);
  fireEvent.mouseDown(screen.getByRole('heading', { name: 'Archive?' }));
  expect(close).not.toHaveBeenCalled();
  // What is beside the contents is the dialog itself.
  fireEvent.mouseDown(screen.getByRole('dialog'));
  expect(close).toHaveBeenCalledOnce();
});

test('it follows the browser, which may close it alone', () => {
  const close = vi.fn();
  show(close);
  const dialog = screen.getByRole<HTMLDialogElement>('dialog');
  dialog.open = false;
  fireEvent(dialog, createEvent('close', dialog));
  expect(close).toHaveBeenCalledOnce();
});

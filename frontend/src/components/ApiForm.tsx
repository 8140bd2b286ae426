import type { ReactNode, SubmitEvent } from 'react';
import { Dialog } from './Dialog';
import { Failure } from './Failure';
import { Actions } from './ui/Actions';
import { Button } from './ui/Button';
import * as texts from '@/texts/common';

interface FormProps {
  /** What useApiForm gave. */
  form: { submit: (event: SubmitEvent<HTMLFormElement>) => unknown; busy: boolean; failure: Error | null };
  /** What could not be done, should it fail: “Couldn’t save the name”. */
  failed: string;
  /** What its button says. */
  verb: string;
  danger?: boolean;
  disabled?: boolean;
  onCancel?: (() => void) | undefined;
  children: ReactNode;
}

/** The fields of a form, what is wrong with all of it, and its buttons. */
export function ApiForm(props: FormProps) {
  return <Form {...props} align="start" />;
}

interface FormDialogProps extends Omit<FormProps, 'onCancel'> {
  title: string;
  onClose: () => void;
}

/** A form above the page. */
export function FormDialog({ title, onClose, ...props }: FormDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Form {...props} align="end" onCancel={onClose} />
    </Dialog>
  );
}

function Form(props: FormProps & { align: 'start' | 'end' }) {
  const { form, failed, verb, danger, disabled, onCancel, align, children } = props;
  const cancel = onCancel && (
    <Button variant="default" onClick={onCancel}>
      {texts.cancel}
    </Button>
  );
  return (
    <form onSubmit={form.submit} noValidate className="stack gap-14">
      {children}
      {form.failure && <Failure error={form.failure} what={failed} />}
      <Actions align={align}>
        {align === 'end' && cancel}
        <Button type="submit" danger={danger} disabled={disabled} loading={form.busy}>
          {verb}
        </Button>
        {align === 'start' && cancel}
      </Actions>
    </form>
  );
}

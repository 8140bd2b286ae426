import { useMutation } from '@tanstack/react-query';
import type { ConfirmProps } from './Confirm';
import { Dialog } from './Dialog';
import classes from './Dialog.module.css';
import { Failure } from './Failure';
import { Actions } from './ui/Actions';
import { Button } from './ui/Button';
import * as texts from '@/texts/common';

export default function ConfirmDialog({
  title,
  children,
  verb,
  destructive = false,
  run,
  onDone,
  onClose,
}: ConfirmProps) {
  const { mutate, isPending, error } = useMutation({
    mutationFn: run,
    onSuccess: () => {
      onDone?.();
      onClose();
    },
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={classes.question}>{children}</div>
      {error && <Failure error={error} what={texts.theActionFailed} />}
      <Actions apart>
        <Button variant="default" onClick={onClose} data-autofocus>
          {texts.cancel}
        </Button>
        <Button danger={destructive} loading={isPending} onClick={() => mutate()}>
          {verb}
        </Button>
      </Actions>
    </Dialog>
  );
}

import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ConfirmProps } from './Confirm';
import { Dialog } from './Dialog';
import { Failure } from './Failure';
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
      {children}
      {error && <Failure error={error} what={texts.theActionFailed} />}
      <Group justify="flex-end" gap={8} mt="md">
        <Button variant="default" onClick={onClose} data-autofocus>
          {texts.cancel}
        </Button>
        <Button color={destructive ? 'red.9' : 'fern'} loading={isPending} onClick={() => mutate()}>
          {verb}
        </Button>
      </Group>
    </Dialog>
  );
}

import { notifications } from '@mantine/notifications';
import * as texts from '@/texts/common';

/** Tells what succeeded, for a moment. Failures are not told like this: they stand where they happened. */
export function tell(message: string): void {
  notifications.show({
    message,
    color: 'fern',
    autoClose: 5_000,
    closeButtonProps: { 'aria-label': texts.dismiss },
  });
}

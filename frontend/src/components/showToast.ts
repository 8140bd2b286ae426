import { notifications } from '@mantine/notifications';
import * as texts from '@/texts/common';

/** Shows for a moment what succeeded. A failure is shown where it happened instead. */
export function showToast(message: string): void {
  notifications.show({
    message,
    color: 'fern',
    autoClose: 5_000,
    closeButtonProps: { 'aria-label': texts.dismiss },
  });
}

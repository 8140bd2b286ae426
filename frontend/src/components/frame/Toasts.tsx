import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';

/** Shows what succeeded. Failures are shown where they happened. */
export default function Toasts() {
  return <Notifications position="bottom-right" limit={4} />;
}

import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';

/** Where what succeeded is told. Failures stand where they happened. */
export default function Toasts() {
  return <Notifications position="bottom-right" limit={4} />;
}

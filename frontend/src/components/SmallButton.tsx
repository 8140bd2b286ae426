import { Button, type ButtonProps } from './ui/Button';

/** A lesser action within a panel or a row. */
export function SmallButton(props: ButtonProps) {
  return <Button variant="default" size="compact" {...props} />;
}

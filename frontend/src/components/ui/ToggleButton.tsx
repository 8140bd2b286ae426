import { Button, type ButtonProps } from './Button';

interface ToggleButtonProps extends ButtonProps {
  on: boolean;
}

/** A small button for what is either on or off. */
export function ToggleButton({ on, ...props }: ToggleButtonProps) {
  return <Button variant={on ? 'light' : 'default'} size="compact" aria-pressed={on} {...props} />;
}

import { IconX } from '@tabler/icons-react';
import { IconButton, type IconButtonProps } from './Button';

/** A button that closes or clears something. */
export function CloseButton({ size = 28, ...props }: IconButtonProps) {
  return (
    <IconButton size={size} {...props}>
      <IconX size={Math.round(size * 0.75)} stroke={2} aria-hidden="true" />
    </IconButton>
  );
}

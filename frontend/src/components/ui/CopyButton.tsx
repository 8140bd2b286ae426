import { useClipboard } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface CopyButtonProps {
  value: string;
  children: (state: { copied: boolean; copy: () => void }) => ReactNode;
}

/** Gives its content a function that copies a value, and whether it was just copied. */
export function CopyButton({ value, children }: CopyButtonProps) {
  const { copied, copy } = useClipboard({ timeout: 1_000 });
  return children({ copied, copy: () => copy(value) });
}

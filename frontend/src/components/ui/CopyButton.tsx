import { useClipboard } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface CopyButtonProps {
  value: string;
  children: (state: { copied: boolean; copy: () => void }) => ReactNode;
}

/** Lends what is in it the clipboard. */
export function CopyButton({ value, children }: CopyButtonProps) {
  const { copied, copy } = useClipboard({ timeout: 1_000 });
  return children({ copied, copy: () => copy(value) });
}

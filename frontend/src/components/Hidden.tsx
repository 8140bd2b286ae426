import type { ReactNode } from 'react';

/** For those who hear the page. */
export function Hidden({ children }: { children: ReactNode }) {
  return <span className="hidden">{children}</span>;
}

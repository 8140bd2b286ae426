import type { ReactNode } from 'react';
import { Button } from './ui/Button';
import * as texts from '@/texts/words';

interface ShowEarlierProps {
  /** An infinite query. */
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  className?: string | undefined;
  /** What else to know when there is more. */
  children?: ReactNode;
}

/** Stands below a list that goes on. */
export function ShowEarlier({ list, className = '', children }: ShowEarlierProps) {
  if (!list.hasNextPage) return null;
  return (
    <div className={`row dim ${className}`}>
      {children}
      <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {texts.showEarlier}
      </Button>
    </div>
  );
}

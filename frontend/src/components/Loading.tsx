import { Skeleton } from '@mantine/core';
import { useDelayed } from '@/lib/useDelayed';
import classes from './Loading.module.css';
import * as texts from '@/texts/common';

/** Lines in the place of what is loading, once it has taken long enough to notice. */
export function Loading({ lines = 4, label = texts.loading }: { lines?: number; label?: string }) {
  const late = useDelayed(true, 150);
  return (
    <div className={classes.loading} role="status" aria-label={label}>
      {late &&
        Array.from({ length: lines }, (_, i) => (
          <Skeleton key={i} height={14} width={`${88 - ((i * 23) % 40)}%`} />
        ))}
    </div>
  );
}

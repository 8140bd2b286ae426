import { useDelayed } from '@/lib/useDelayed';
import { Skeleton } from './ui/Skeleton';
import classes from './Loading.module.css';
import * as texts from '@/texts/common';

interface LoadingProps {
  lines?: number | undefined;
  label?: string;
  /** Like what comes: lines of text, rows of a table within a panel, or a panel of its own with rows. */
  shape?: 'lines' | 'rows' | 'panel' | undefined;
}

/** Stands in the place of what is loading, in its shape, once it has taken long enough to notice. */
export function Loading({ lines = 4, label = texts.loading, shape = 'lines' }: LoadingProps) {
  const late = useDelayed(true, 150);
  return (
    <div className={`stack gap-12 ${classes.loading}`} data-shape={shape} role="status" aria-label={label}>
      {late &&
        Array.from({ length: lines }, (_, i) => (
          <div key={i}>
            <Skeleton height={14} width={`${88 - ((i * 23) % 40)}%`} />
          </div>
        ))}
    </div>
  );
}

import { lazy, Suspense } from 'react';
import type { LogViewerProps } from './LogViewer';
import { Loading } from '@/components/Loading';
import * as texts from '@/texts/logs';

const LogViewer = lazy(() => import('./LogViewer'));

/** A job's log, in a panel. Comes on its own. */
export function LogPanel(props: LogViewerProps) {
  return (
    <Suspense fallback={<Loading lines={6} label={texts.loadingLog} />}>
      <LogViewer {...props} />
    </Suspense>
  );
}

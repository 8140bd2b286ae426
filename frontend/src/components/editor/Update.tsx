import { lazy, Suspense } from 'react';
import { Loading } from '@/components/Loading';
import type { UpdateEditorProps } from './UpdateEditor';
import * as texts from '@/texts/editor';

const UpdateEditor = lazy(() => import('./UpdateEditor'));

/** The editor of a configuration. It is large and comes on its own. */
export function Update(props: UpdateEditorProps) {
  return (
    <Suspense fallback={<Loading lines={10} label={texts.loadingEditor} />}>
      <UpdateEditor {...props} />
    </Suspense>
  );
}

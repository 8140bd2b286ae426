import { lazy, Suspense } from 'react';
import { Loading } from '@/components/Loading';
import type { UpdateEditorProps } from './UpdateEditor';

const UpdateEditor = lazy(() => import('./UpdateEditor'));

/** The editor of a configuration. It is large and comes on its own. */
export function Update(props: UpdateEditorProps) {
  return (
    <Suspense fallback={<Loading lines={10} label="Loading: the editor" />}>
      <UpdateEditor {...props} />
    </Suspense>
  );
}

import { lazy, Suspense } from 'react';
import type { EditorProps } from './Editor';
import { Plain } from './Plain';
import classes from './yaml.module.css';

const Editor = lazy(() => import('./Editor').catch(() => ({ default: Plain })));

/** A YAML editor; a viewer without `onChange`. */
export function Yaml(props: EditorProps) {
  return (
    <div className={classes.frame}>
      <Suspense fallback={<Plain {...props} />}>
        <Editor {...props} />
      </Suspense>
    </div>
  );
}

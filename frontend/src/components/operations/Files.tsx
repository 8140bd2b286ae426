import type { FileChange } from '@/api/types';
import { Diff } from './Diff';
import classes from './operations.module.css';

const words: Record<FileChange['action'], string> = { create: 'new', update: 'changed', delete: 'removed' };

/** Files that open by themselves: more would bury the rest. */
const opened = 3;

/** What changes in git. */
export function Files({ files }: { files: readonly FileChange[] }) {
  return (
    <div className={classes.files}>
      {files.map((file, i) => (
        <details key={file.path} open={i < opened && file.action !== 'create'} className={classes.file}>
          <summary>
            <code>{file.path}</code> <span className={classes.dim}>{words[file.action]}</span>
          </summary>
          {(file.secrets ?? []).length > 0 && (
            <p className={classes.dim}>
              Secrets change that are not shown: <code>{file.secrets?.join(', ')}</code>
            </p>
          )}
          {file.diff === undefined || file.diff === '' ? (
            <p className={classes.dim}>There is no diff to show: it is too long, or only secrets change.</p>
          ) : (
            <Diff label={`Changes of ${file.path}`} diff={file.diff} />
          )}
        </details>
      ))}
    </div>
  );
}

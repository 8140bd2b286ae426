import type { FileChange } from '@/api/types';
import { Diff } from './Diff';
import classes from './operations.module.css';

const words: Record<FileChange['action'], string> = { create: 'new', update: 'changed', delete: 'removed' };

/** Files that open by themselves: more would bury the rest. */
const opened = 3;

interface FilesProps {
  files: readonly FileChange[];
  /** Whether they are a new instance's; other new files may be many, and stay closed. */
  created?: boolean;
}

/** What changes in git. */
export function Files({ files, created = false }: FilesProps) {
  return (
    <div className={classes.files}>
      {created && (
        <p className={classes.about}>
          Grove writes them. Here they hold what is overridden; what the cluster’s defaults set comes in
          addition.
        </p>
      )}
      {files.map((file, i) => (
        <details
          key={file.path}
          open={i < opened && (created || file.action !== 'create')}
          className={classes.file}
        >
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

import type { FileChange } from '@/api/types';
import { Diff } from './Diff';
import classes from './operations.module.css';
import * as texts from '@/texts/operations';

const words: Record<FileChange['action'], string> = {
  create: texts.newText,
  update: texts.changedWord,
  delete: texts.removed,
};

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
    <div className="stack gap-8">
      {created && <p className={`small dim ${classes.about}`}>{texts.groveWritesTheseFilesShown}</p>}
      {files.map((file, i) => (
        <details
          key={file.path}
          open={i < opened && (created || file.action !== 'create')}
          className={classes.file}
        >
          <summary>
            <code>{file.path}</code> <span className="small dim">{words[file.action]}</span>
          </summary>
          {(file.secrets ?? []).length > 0 && (
            <p className={`small dim ${classes.dim}`}>
              {texts.secretsChangedHidden(file.secrets?.join(', '))}
            </p>
          )}
          {file.diff === undefined || file.diff === '' ? (
            <p className={`small dim ${classes.dim}`}>{texts.noDiffItIsToo}</p>
          ) : (
            <Diff label={texts.changesIn(file.path)} diff={file.diff} />
          )}
        </details>
      ))}
    </div>
  );
}

import { lazy, Suspense } from 'react';
import { ApiError } from '@/api/errors';
import type { FileChange, Operation, OperationRequest } from '@/api/types';
import { Loaded } from '@/components/Loaded';
import { Failure } from '@/components/Failure';
import { Loading } from '@/components/Loading';
import { Files } from '@/components/operations/Files';
import operations from '@/components/operations/operations.module.css';
import { PreviewView } from '@/components/operations/PreviewView';
import { usePreview } from '@/components/operations/usePreview';
import { useStart } from '@/components/operations/useStart';
import { Panel } from '@/components/Panel';
import { Button } from '../ui/Button';
import { StickyBar } from '../ui/StickyBar';
import classes from './editor.module.css';
import * as texts from '@/texts/editor';

const MergeDiff = lazy(() => import('./MergeDiff'));

interface ReviewProps {
  cluster: string;
  request: OperationRequest;
  /** The files as they are in git, by path. */
  before?: ReadonlyMap<string, string>;
  /** What the button says that sends it. */
  send?: string;
  /** Back to editing, with what the API says of the files. */
  onBack: (why: Error | null) => void;
  /** Loads the files again, when somebody changed them meanwhile. */
  onReload?: () => void;
  reloading?: boolean;
  onStarted: (operation: Operation) => void;
}

/** A change before it is sent: what it does, and the one button that sends it. */
export function Review({
  cluster,
  request,
  before = new Map(),
  send = texts.deploy,
  onBack,
  onReload,
  reloading = false,
  onStarted,
}: ReviewProps) {
  const { query, hash } = usePreview(cluster, request);
  const { start, busy, failure } = useStart(cluster, onStarted);
  const overtaken = query.data?.warnings.some((w) => w.code === 'fileChanged') ?? false;
  return (
    <div className="stack">
      <Panel title={texts.preview} note={texts.nothingHasBeenSent}>
        <Loaded query={query} what={texts.thePreview} lines={8}>
          {(preview) => (
            <PreviewView
              preview={preview}
              {...(request.files
                ? { files: <Merged files={preview.files} before={before} request={request} /> }
                : {})}
            />
          )}
        </Loaded>
      </Panel>
      {query.error instanceof ApiError && <Said error={query.error} />}
      {failure && <Failure error={failure} what={texts.couldntStartTheUpdate} />}
      <StickyBar says={request.reason === undefined ? texts.noReason : texts.reasonIs(request.reason)}>
        {overtaken && onReload && (
          <Button loading={reloading} onClick={onReload}>
            {texts.mergeTheirChanges}
          </Button>
        )}
        <Button variant="default" onClick={() => onBack(query.error)}>
          {texts.backToEditing}
        </Button>
        <Button
          disabled={hash === undefined}
          loading={busy}
          onClick={() => {
            if (hash !== undefined) start({ request, previewHash: hash, confirm: '' });
          }}
        >
          {send}
        </Button>
      </StickyBar>
    </div>
  );
}

/** What the API says of single files. */
function Said({ error }: { error: ApiError }) {
  // One alone stands in the failure already.
  const said = Object.entries(error.fields).filter(([, message]) => message !== error.message);
  if (said.length === 0) return null;
  return (
    <ul className={classes.marks} aria-label={texts.problems}>
      {said.map(([field, message]) => (
        <li key={field}>
          {field.replace(/^files\./, '')}: {message}
        </li>
      ))}
    </ul>
  );
}

interface MergedProps {
  files: readonly FileChange[];
  before: ReadonlyMap<string, string>;
  request: OperationRequest;
}

/** The files that were edited here, before and after; others as the API returns them. */
function Merged({ files, before, request }: MergedProps) {
  return (
    <div className="stack gap-8">
      {files.map((file) => {
        const after = request.files?.find((f) => f.path === file.path)?.text;
        // What this deploys without changing it stands in no edit.
        if (after === undefined || after === before.get(file.path))
          return <Files key={file.path} files={[file]} />;
        return (
          <details key={file.path} open className={operations.file}>
            <summary>
              <code>{file.path}</code>
            </summary>
            {(file.secrets ?? []).length > 0 && (
              <p className={`small dim ${operations.dim}`}>
                {texts.secretsChangedHidden} {file.secrets?.join(', ')}
              </p>
            )}
            <Suspense fallback={<Loading lines={4} label={texts.loadingChangesOf(file.path)} />}>
              <MergeDiff
                label={texts.changesIn(file.path)}
                before={before.get(file.path) ?? ''}
                after={after}
              />
            </Suspense>
          </details>
        );
      })}
    </div>
  );
}

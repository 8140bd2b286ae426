import type { ReactNode } from 'react';
import type { Estimate, GitLabRequest, Preview } from '@/api/types';
import { duration } from '@/lib/time';
import { Effects } from './Effects';
import { Files } from './Files';
import classes from './operations.module.css';
import { Warnings } from './Warnings';

interface PreviewViewProps {
  preview: Preview;
  /** Stands in the place of the files' diffs. */
  files?: ReactNode;
}

/** What an operation would do: what speaks against it, what it causes, what changes, what is sent. */
export function PreviewView({ preview, files }: PreviewViewProps) {
  const { instances, effects, warnings, request, estimate } = preview;
  const creates = preview.kind === 'create';
  return (
    <div className={classes.preview}>
      <Warnings warnings={warnings} />
      <section aria-label="Consequences">
        <h3>What happens</h3>
        <p className={classes.about}>
          {instances.length === 0 ? 'It is about the whole cluster.' : `It touches ${instances.join(', ')}.`}{' '}
          {estimate && takes(estimate)}
        </p>
        <Effects effects={effects} />
      </section>
      {preview.files.length > 0 && (
        <section aria-label="Changes in git">
          <h3>What changes in git</h3>
          {files ?? <Files files={preview.files} created={creates} />}
        </section>
      )}
      {creates && request && preview.files.length === 0 && (
        <section aria-label="Changes in git">
          <h3>What changes in git</h3>
          <p className={classes.about}>
            Grove writes the instance’s files from the cluster’s defaults. Nothing of them is overridden.
          </p>
        </section>
      )}
      {request && <Request request={request} />}
    </div>
  );
}

function takes({ seconds, runs }: Estimate): string {
  const time = `Typically done ${roughly(seconds)} after GitLab accepts it`;
  return runs === 0
    ? `${time}; a guess, since none has run here yet.`
    : `${time}, by ${runs} earlier ${runs === 1 ? 'run' : 'runs'}.`;
}

function roughly(seconds: number): string {
  return seconds < 120 ? duration(seconds * 1000) : `about ${Math.round(seconds / 60)} min`;
}

/** Exactly what GitLab is asked. */
export function Request({ request, open = false }: { request: GitLabRequest; open?: boolean }) {
  return (
    <details className={classes.request} open={open}>
      <summary>
        What is sent to GitLab:{' '}
        <code>
          {request.method} {request.path}
        </code>
      </summary>
      <pre tabIndex={0} aria-label="Request to GitLab">
        {request.method} {request.path}
        {'\n\n'}
        {JSON.stringify(request.body, null, 2)}
      </pre>
    </details>
  );
}

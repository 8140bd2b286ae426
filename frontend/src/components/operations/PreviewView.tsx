import type { ReactNode } from 'react';
import type { Estimate, GitLabRequest, Preview } from '@/api/types';
import { about } from '@/lib/time';
import { Effects } from './Effects';
import { Files } from './Files';
import classes from './operations.module.css';
import { Warnings } from './Warnings';
import * as texts from '@/texts/operations';

interface PreviewViewProps {
  preview: Preview;
  /** Stands in the place of the files' diffs. */
  files?: ReactNode;
}

/** What an operation would do: what speaks against it, what it causes, what changes, what is sent. */
export function PreviewView({ preview, files }: PreviewViewProps) {
  const { instances, effects, warnings, request, estimate } = preview;
  const creates = preview.kind === 'create';
  const inGit = warnings.some((w) => w.code === 'undeployed');
  const changes = inGit ? texts.changesSinceTheLastDeployment : texts.gitChanges;
  return (
    <div className={`stack ${classes.preview}`}>
      <Warnings warnings={warnings} />
      <section aria-label={texts.effects}>
        <h3>{texts.whatHappens}</h3>
        <p className={`small dim ${classes.about}`}>
          {instances.length === 0 ? texts.affectsTheCluster : texts.affects(instances.join(', '))}{' '}
          {estimate && takes(estimate)}
        </p>
        <Effects effects={effects} />
      </section>
      {preview.files.length > 0 && (
        <section aria-label={changes}>
          <h3>{changes}</h3>
          {files ?? <Files files={preview.files} created={creates} />}
        </section>
      )}
      {creates && request && preview.files.length === 0 && (
        <section aria-label={texts.gitChanges}>
          <h3>{texts.gitChanges}</h3>
          <p className={`small dim ${classes.about}`}>{texts.groveWritesTheInstancesFiles}</p>
        </section>
      )}
      {request && <Request request={request} />}
    </div>
  );
}

function takes({ seconds, runs }: Estimate): string {
  const time = texts.usuallyTakes(about(seconds));
  return runs === 0 ? texts.estimateNoEarlierRunsOn(time) : texts.n(time, runs);
}

/** Exactly what GitLab is asked. */
export function Request({ request, open = false }: { request: GitLabRequest; open?: boolean }) {
  return (
    <details className={classes.request} open={open}>
      <summary>
        {texts.requestToGitlab(
          <code>
            {request.method} {request.path}
          </code>,
        )}
      </summary>
      <pre tabIndex={0} aria-label={texts.requestToGitlab2}>
        {request.method} {request.path}
        {'\n\n'}
        {JSON.stringify(request.body, null, 2)}
      </pre>
    </details>
  );
}

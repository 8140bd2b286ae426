import { useId, useState } from 'react';
import type { Operation, OperationKind, OperationRequest } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Actions } from '../ui/Actions';
import { Button } from '../ui/Button';
import { Textarea, TextInput } from '../ui/Field';
import classes from './operations.module.css';
import { PreviewView } from './PreviewView';
import { usePreview } from './usePreview';
import { useStart } from './useStart';
import * as texts from '@/texts/operations';

export interface OperationDialogProps {
  cluster: string;
  /** What is wanted, but for the reason and what is typed here. */
  request: OperationRequest;
  title: string;
  /** What the reason begins with. */
  reason?: string;
  /** What the button says. */
  verb: string;
  onStarted: (operation: Operation) => void;
  onClose: () => void;
}

const destructive: readonly OperationKind[] = ['delete', 'reprovision'];

/** An operation before it starts: its preview, why, and – where it destroys – the name to type. */
export default function OperationDialog({
  cluster,
  request,
  title,
  reason: given = '',
  verb,
  onStarted,
  onClose,
}: OperationDialogProps) {
  const id = useId();
  const [reason, setReason] = useState(given);
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState({ repository: request.repository ?? '', branch: request.branch ?? '' });
  const builds = request.kind === 'buildImages';
  const complete = !builds || (code.repository.trim() !== '' && code.branch.trim() !== '');
  const wanted: OperationRequest = {
    ...request,
    ...(builds ? { repository: code.repository.trim(), branch: code.branch.trim() } : {}),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
  const { query, hash, fresh } = usePreview(cluster, complete ? wanted : undefined);
  const { start, busy, failure } = useStart(cluster, onStarted);
  // Where something forbids it, there is nothing to confirm.
  const name = query.data?.hash === undefined ? undefined : query.data.confirm;
  const confirmed = name === undefined || typed === name;
  const danger = destructive.includes(request.kind);
  return (
    <Dialog title={title} size="xl" onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (hash !== undefined && confirmed) start({ request: wanted, previewHash: hash, confirm: typed });
        }}
      >
        {builds && (
          <div className={classes.fields}>
            <TextInput
              label={texts.codeRepository}
              placeholder="https://github.com/openedx/edx-platform"
              value={code.repository}
              onChange={({ currentTarget: { value } }) =>
                setCode((before) => ({ ...before, repository: value }))
              }
            />
            <TextInput
              label={texts.branch}
              value={code.branch}
              onChange={({ currentTarget: { value } }) => setCode((before) => ({ ...before, branch: value }))}
            />
          </div>
        )}
        {complete ? (
          <Loaded query={query} what={texts.thePreview} lines={5}>
            {(preview) => (
              <div data-old={!fresh || undefined} className={`stack ${classes.preview}`}>
                <PreviewView preview={preview} />
              </div>
            )}
          </Loaded>
        ) : (
          <p className={`small dim ${classes.about}`}>{texts.enterTheRepositoryAndBranch}</p>
        )}
        <Textarea
          label={texts.reasonOptional}
          description={texts.savedInTheHistoryAnd}
          minRows={2}
          maxRows={5}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {name !== undefined && (
          <div className={classes.danger}>
            <p id={`${id}-why`}>{texts.youCantUndoThisType(name)}</p>
            <TextInput
              aria-label={texts.type(name)}
              aria-describedby={`${id}-why`}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          </div>
        )}
        {failure && <Failure error={failure} what={texts.couldntStartTheOperation} />}
        <Actions>
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" danger={danger} disabled={hash === undefined || !confirmed} loading={busy}>
            {verb}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

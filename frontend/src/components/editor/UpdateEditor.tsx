import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { keyEffectsQuery } from '@/api/queries/operations';
import type { Files, Operation, OperationRequest } from '@/api/types';
import { Panel } from '@/components/Panel';
import { Unsaved } from '@/components/Unsaved';
import { Button } from '../ui/Button';
import { StickyBar } from '../ui/StickyBar';
import { Textarea } from '../ui/Field';
import classes from './editor.module.css';
import { FileTabs } from './FileTabs';
import { Form } from './Form';
import { MergeConflicts } from './MergeConflicts';
import { problemsOf, saidOf } from './problems';
import { Review } from './Review';
import { useChecks, withMarks } from './useChecks';
import { useKeyEdits } from './useKeyEdits';
import * as texts from '@/texts/editor';

export interface UpdateEditorProps {
  cluster: string;
  instance: string;
  /** Version of Tutor that it runs, as far as is known. */
  tutor: string | undefined;
  /** As they are in git as far as is known, secrets masked. What is edited stays when newer ones come. */
  files: Files;
  /** Loads them again. */
  onReload: () => void;
  reloading: boolean;
  /** Is to leave the page without being asked whether to: what was edited is stored then. */
  onStarted: (operation: Operation) => void;
}

/** Changes an instance's configuration: the common keys as a form beside the files, then a preview, then it goes. */
export default function UpdateEditor({
  cluster,
  instance,
  tutor,
  files,
  onReload,
  reloading,
  onStarted,
}: UpdateEditorProps) {
  const path = (name: string) => `instances/${instance}/${name}`;
  // What the edits are made to.
  const [base, setBase] = useState(files);
  const [edits, setEdits] = useState<ReadonlyMap<string, string>>(new Map());
  const [reason, setReason] = useState('');
  const [reviewing, setReviewing] = useState(false);
  const [refusal, setRefusal] = useState<Error | null>(null);
  const { data: known } = useQuery(keyEffectsQuery(tutor));

  const original = useMemo(() => textsOf(base), [base]);
  const textOf = (of: string) => edits.get(of) ?? original.get(of) ?? '';
  const changed = [...edits].filter(([of, text]) => text !== (original.get(of) ?? ''));
  const paths = [...new Set([path('config.yml'), path('grove.yml'), ...original.keys()])];
  const checked = [path('config.yml'), path('grove.yml')];
  const [config = [], grove = []] = useChecks(
    [
      { file: 'config.yml', text: textOf(path('config.yml')) },
      { file: 'grove.yml', text: textOf(path('grove.yml')) },
    ],
    tutor,
  );
  const tabs = paths.map((of) => {
    const unreadable = problemsOf(of, textOf(of));
    const checks = unreadable.length > 0 ? [] : ([config, grove][checked.indexOf(of)] ?? []);
    return {
      path: of,
      text: textOf(of),
      changed: changed.some(([p]) => p === of),
      unreadable: unreadable.length > 0,
      marks: [...unreadable, ...withMarks(saidOf(of, refusal), checks)],
    };
  });
  const broken = tabs.filter((tab) => tab.unreadable);

  const edit = (of: string, text: string) => {
    setEdits((before) => new Map(before).set(of, text));
    setRefusal(null);
  };

  const keyEdits = useKeyEdits(
    (name) => textOf(path(name)),
    (name, text) => edit(path(name), text),
  );
  const discard = () => {
    keyEdits.discard();
    setEdits(new Map());
  };
  const touched = new Set([...changed.map(([of]) => of), ...keyEdits.pending.map(path)]).size;

  const overtaken = files.commit !== base.commit;
  const newest = useMemo(() => textsOf(files), [files]);
  const meanwhile = useMemo(
    () =>
      [...edits]
        .map(([of, mine]) => ({
          path: of,
          base: original.get(of) ?? '',
          theirs: newest.get(of) ?? '',
          mine,
        }))
        .filter(({ base: before, mine }) => mine !== before),
    [edits, original, newest],
  );
  const goOnFrom = (merged: ReadonlyMap<string, string>) => {
    setBase(files);
    setEdits(merged);
    setRefusal(null);
    const differs = [...merged].some(([of, text]) => text !== (newest.get(of) ?? ''));
    setReviewing(differs && [...merged].every(([of, text]) => problemsOf(of, text).length === 0));
  };

  // What is typed is written first.
  const review = reviewing && keyEdits.pending.length === 0;
  const request: OperationRequest = {
    kind: 'update',
    instance,
    baseCommit: base.commit,
    files: changed.map(([of, text]) => ({ path: of, text })),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };

  return (
    <>
      {review && overtaken ? (
        <MergeConflicts
          files={meanwhile}
          commit={files.commit}
          onBack={() => setReviewing(false)}
          onDrop={() => goOnFrom(new Map())}
          onMerged={goOnFrom}
        />
      ) : review ? (
        <Review
          cluster={cluster}
          request={request}
          before={original}
          onBack={(why) => {
            setRefusal(why);
            setReviewing(false);
          }}
          onReload={onReload}
          reloading={reloading}
          onStarted={onStarted}
        />
      ) : (
        <form
          noValidate
          className="stack"
          onChange={() => setReviewing(false)}
          onSubmit={(event) => {
            event.preventDefault();
            if (touched === 0 || broken.length > 0) return;
            keyEdits.flush();
            setReviewing(true);
          }}
        >
          <div className={classes.columns}>
            <Panel title={texts.commonKeys}>
              <Form edits={keyEdits} known={known} />
            </Panel>
            <div className={classes.files}>
              <Panel title={texts.files} note={<>{texts.atCommit(base.commit.slice(0, 8))}</>}>
                <FileTabs tabs={tabs} known={known} onChange={edit} />
              </Panel>
            </div>
          </div>
          <Panel title={texts.reason}>
            <Textarea
              label={texts.reasonOptional}
              description={texts.savedInTheHistoryAnd}
              minRows={2}
              maxRows={6}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </Panel>
          <StickyBar says={summary(touched, broken.length)}>
            <Button variant="default" disabled={touched === 0} onClick={discard}>
              {texts.discardChanges}
            </Button>
            <Button type="submit" disabled={touched === 0 || broken.length > 0}>
              {texts.preview}
            </Button>
          </StickyBar>
        </form>
      )}
      <Unsaved changed={touched > 0} />
    </>
  );
}

function textsOf({ files }: Files): ReadonlyMap<string, string> {
  return new Map(files.map((f) => [f.path, f.text]));
}

function summary(changed: number, broken: number): string {
  if (broken > 0) return texts.correctTheMarkedProblemsFirst;
  if (changed === 0) return texts.noChangesYet;
  return texts.changedYoullReviewTheChanges(changed);
}

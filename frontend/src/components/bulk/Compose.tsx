import { useId, useState } from 'react';
import type { BulkRequest, Target, User } from '@/api/types';
import { Panel } from '../Panel';
import { Button } from '../ui/Button';
import { StickyBar } from '../ui/StickyBar';
import { Checkbox } from '../ui/Checkbox';
import { NativeSelect, Textarea } from '../ui/Field';
import classes from './bulk.module.css';
import { type Draft, newDraft } from './draft';
import { readRows, type RowProblem } from './keyChanges';
import { KeyFields } from './KeyFields';
import { TagChoice } from './TagChoice';
import { TargetList } from './TargetList';
import { countOf, readTargets, sameTarget, writeTargets } from './targets';
import { WholeNumber } from './WholeNumber';
import * as texts from '@/texts/bulk';

type Kind = BulkRequest['kind'];

interface ComposeProps {
  me: User;
  targets: readonly Target[];
  /** What was typed before, when one comes back from the preview. */
  draft?: Draft;
  onAdd: (targets: Target[]) => void;
  onRemove: (target: Target) => void;
  onPreview: (request: BulkRequest, draft: Draft) => void;
}

const kinds: { kind: Kind; label: string; about: string }[] = [
  {
    kind: 'update',
    label: texts.setOrUnsetKeys,
    about: texts.changesConfigYmlOrGrove,
  },
  { kind: 'archive', label: texts.archive, about: texts.stopsEachInstanceAndRemoves },
  { kind: 'unarchive', label: texts.unarchive, about: texts.restoresEachOneAsIt },
];

/** One change for many instances, as it is put together. */
export default function Compose({
  me,
  targets,
  draft: before = newDraft,
  onAdd,
  onRemove,
  onPreview,
}: ComposeProps) {
  const id = useId();
  const [draft, setDraft] = useState(before);
  const [problems, setProblems] = useState<ReadonlyMap<number, RowProblem>>(new Map());
  const set = (next: Partial<Draft>) => setDraft((now) => ({ ...now, ...next }));
  const preview = () => {
    const { changes, problems: found } =
      draft.kind === 'update'
        ? readRows(draft.rows)
        : { changes: [], problems: new Map<number, RowProblem>() };
    setProblems(found);
    if (found.size > 0) return;
    const [canary] = readTargets([draft.canary]);
    onPreview(
      {
        kind: draft.kind,
        targets: [...targets],
        batch: draft.batch,
        pauseAfter: draft.pauseAfter,
        ...(changes.length > 0 ? { changes } : {}),
        ...(canary && targets.some((t) => sameTarget(t, canary)) ? { canary } : {}),
        ...(draft.ignoreHealth ? { ignoreHealth: true } : {}),
        ...(draft.reason.trim() === '' ? {} : { reason: draft.reason.trim() }),
      },
      draft,
    );
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        preview();
      }}
    >
      <Panel title={texts.instances} note={countOf(targets)}>
        <TargetList targets={targets} {...(targets.length > 1 ? { onRemove } : {})} />
        <TagChoice me={me} kind={draft.kind} onAdd={onAdd} />
      </Panel>
      <Panel title={texts.change}>
        <div className="stack">
          <fieldset className={classes.kinds}>
            <legend>{texts.action}</legend>
            {kinds.map(({ kind, label, about }) => (
              <label key={kind} className={classes.kind}>
                <input
                  type="radio"
                  name={`${id}-kind`}
                  checked={draft.kind === kind}
                  aria-describedby={`${id}-${kind}`}
                  onChange={() => set({ kind })}
                />
                <span>{label}</span>
                <small id={`${id}-${kind}`} className="tiny dim">
                  {about}
                </small>
              </label>
            ))}
          </fieldset>
          {draft.kind === 'update' && (
            <KeyFields
              rows={draft.rows}
              problems={problems}
              onChange={(rows) => {
                set({ rows });
                setProblems(new Map());
              }}
            />
          )}
        </div>
      </Panel>
      <Panel title={texts.waves} note={texts.theCanaryGoesFirstIf}>
        <div className={classes.waveFields}>
          <NativeSelect
            label={texts.canary}
            description={texts.changesFirstAndAlone}
            data={[
              { value: '', label: texts.firstThatWouldChange },
              ...targets.map((t) => ({ value: writeTargets([t])[0] ?? '', label: t.instance })),
            ]}
            value={draft.canary}
            onChange={(event) => set({ canary: event.currentTarget.value })}
          />
          <WholeNumber
            label={texts.instancesPerWave}
            description={texts.n1To50}
            min={1}
            max={50}
            value={draft.batch}
            onChange={(batch) => set({ batch })}
          />
          <WholeNumber
            label={texts.pauseAfterThisManyFailures}
            description={texts.noNewWavesStartUntil}
            min={1}
            max={500}
            value={draft.pauseAfter}
            onChange={(pauseAfter) => set({ pauseAfter })}
          />
          <Checkbox
            className={classes.reason}
            label={texts.waitUntilEachWaveIs}
            description={texts.instancesMustBeAsHealthy}
            checked={!draft.ignoreHealth && draft.kind !== 'archive'}
            disabled={draft.kind === 'archive'}
            onChange={(event) => set({ ignoreHealth: !event.currentTarget.checked })}
          />
          <Textarea
            className={classes.reason}
            label={texts.reasonOptional}
            description={texts.savedInTheHistoryOf}
            minRows={2}
            maxRows={5}
            maxLength={500}
            value={draft.reason}
            onChange={(event) => set({ reason: event.currentTarget.value })}
          />
        </div>
      </Panel>
      <StickyBar says={texts.youllReviewTheChangesBefore}>
        <Button type="submit">{texts.preview}</Button>
      </StickyBar>
    </form>
  );
}

import { lazy, Suspense, useId, useMemo, useState } from 'react';
import { Loading } from '@/components/Loading';
import operations from '@/components/operations/operations.module.css';
import { Panel } from '@/components/Panel';
import { Button } from '../ui/Button';
import { StickyBar } from '../ui/StickyBar';
import classes from './editor.module.css';
import { type Choice, type Conflict, conflictsOf, decided, linesOf, merge } from './merge';
import * as texts from '@/texts/editor';

const MergeDiff = lazy(() => import('./MergeDiff'));

/** A file that was edited here while somebody else changed it. */
export interface Overtaken {
  path: string;
  /** As it was when editing began. */
  base: string;
  theirs: string;
  mine: string;
}

interface MergeConflictsProps {
  files: readonly Overtaken[];
  /** The commit that theirs are of. */
  commit: string;
  onBack: () => void;
  onDrop: () => void;
  /** With the merged texts by path. */
  onMerged: (files: ReadonlyMap<string, string>) => void;
}

const choices: { choice: Choice; label: string }[] = [
  { choice: 'theirs', label: texts.theirs },
  { choice: 'mine', label: texts.mine },
  { choice: 'both', label: texts.bothTheirsFirst },
];

/** What somebody else changed while one edited: one's own changes go on top, where both changed the same one decides. */
export function MergeConflicts({ files, commit, onBack, onDrop, onMerged }: MergeConflictsProps) {
  const merged = useMemo(
    () => files.map((file) => ({ ...file, parts: merge(file.base, file.theirs, file.mine) })),
    [files],
  );
  const [made, setMade] = useState<ReadonlyMap<Conflict, Choice>>(new Map());
  const all = merged.flatMap(({ parts }) => conflictsOf(parts));
  const open = all.filter((conflict) => !made.has(conflict)).length;
  const mergedFiles = merged.flatMap(({ path, parts }) => {
    const text = decided(parts, made);
    return text === undefined ? [] : [[path, text] as const];
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (open === 0) onMerged(new Map(mergedFiles));
      }}
    >
      <Panel title={texts.changedInTheMeantime} note={<>{texts.nowAtCommit(commit.slice(0, 8))}</>}>
        <div className={`stack ${operations.preview}`}>
          <p className={`small dim ${operations.about}`}>{texts.someoneElseChangedThisConfiguration}</p>
          {merged.map(({ path, base, theirs, parts }) => {
            const conflicts = conflictsOf(parts);
            return (
              <section key={path} aria-label={path} className="stack gap-8">
                <h3>
                  <code>{path}</code>
                </h3>
                {conflicts.length === 0 && (
                  <p className={`small dim ${operations.about}`}>
                    {theirs === base ? texts.noOneElseChangedThis : texts.youChangedDifferentLinesBoth}
                  </p>
                )}
                {conflicts.map((conflict, i) => (
                  <Decision
                    key={i}
                    conflict={conflict}
                    title={
                      conflicts.length === 1 ? texts.conflict : texts.conflictOf(i + 1, conflicts.length)
                    }
                    chosen={made.get(conflict)}
                    onChoose={(choice) => setMade((before) => new Map(before).set(conflict, choice))}
                  />
                ))}
                {theirs !== base && (
                  <details open className={operations.file}>
                    <summary>{texts.theirChanges}</summary>
                    <Suspense fallback={<Loading lines={4} label={texts.loadingTheirChangesIn(path)} />}>
                      <MergeDiff
                        label={texts.theirChangesIn(path)}
                        sides={sides}
                        before={base}
                        after={theirs}
                      />
                    </Suspense>
                  </details>
                )}
              </section>
            );
          })}
        </div>
      </Panel>
      <StickyBar says={open === 0 ? texts.allConflictsResolvedYouCan : texts.leftToResolve(open)}>
        <Button variant="default" onClick={onDrop}>
          {texts.discardMyChanges}
        </Button>
        <Button variant="default" onClick={onBack}>
          {texts.backToEditing}
        </Button>
        <Button type="submit" disabled={open > 0}>
          {texts.continueWithTheMerge}
        </Button>
      </StickyBar>
    </form>
  );
}

const sides = [texts.base, 'now'] as const;

interface DecisionProps {
  conflict: Conflict;
  title: string;
  chosen: Choice | undefined;
  onChoose: (choice: Choice) => void;
}

function Decision({ conflict, title, chosen, onChoose }: DecisionProps) {
  const id = useId();
  return (
    <fieldset className={classes.decision}>
      <legend>{title}</legend>
      <div>
        <span>{texts.base2}</span>
        <Lines lines={conflict.base} />
      </div>
      {choices.map(({ choice, label }) => (
        <label key={choice} data-chosen={chosen === choice}>
          <span>
            <input type="radio" name={id} checked={chosen === choice} onChange={() => onChoose(choice)} />
            {label}
          </span>
          <Lines lines={linesOf(conflict, choice)} />
        </label>
      ))}
    </fieldset>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return <small>{texts.noSuchLine}</small>;
  return <pre>{lines.join('\n')}</pre>;
}

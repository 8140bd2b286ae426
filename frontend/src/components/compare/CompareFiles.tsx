import { lazy, Suspense } from 'react';
import type { Files } from '@/api/types';
import { Loading } from '@/components/Loading';
import { Panel } from '@/components/Panel';
import { pairs } from './pairs';
import classes from './compare.module.css';
import * as texts from '@/texts/operations';

const MergeDiff = lazy(() => import('@/components/editor/MergeDiff'));

interface CompareFilesProps {
  before: Files;
  after: Files;
  /** What to call the two. */
  sides: readonly [string, string];
}

/** Two configurations, file by file, beside one another. */
export function CompareFiles({ before, after, sides }: CompareFilesProps) {
  const [first, second] = sides;
  return pairs(before, after).map(({ name, before: old, after: now }) => (
    <Panel key={name} title={name} note={noteOf(old, now, sides)}>
      {old === now ? (
        <p className="dim">{texts.noDifferences}</p>
      ) : (
        <>
          <p className={classes.sides}>
            <span>{first}</span>
            <span>{second}</span>
          </p>
          <Suspense fallback={<Loading lines={8} label={texts.loading(name)} />}>
            <MergeDiff label={name} before={old ?? ''} after={now ?? ''} sides={sides} />
          </Suspense>
        </>
      )}
    </Panel>
  ));
}

function noteOf(
  old: string | undefined,
  now: string | undefined,
  [first, second]: readonly [string, string],
) {
  if (old === undefined) return texts.onlyIn(second);
  if (now === undefined) return texts.onlyIn2(first);
  return old === now ? texts.identical : undefined;
}

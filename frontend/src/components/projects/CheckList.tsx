import type { ReactNode } from 'react';
import type { CheckName } from '@/api/types';
import { SmallButton } from '../SmallButton';
import type { Look } from '../status/looks';
import { Mark } from '../status/Mark';
import { Time } from '../Time';
import { type CheckRun, checkLooks, checkWords } from './checks';
import classes from './projects.module.css';
import * as texts from '@/texts/projects';

interface CheckListProps {
  label: string;
  runs: readonly CheckRun[];
  /** What more can be done about a failed check. */
  action?: (run: CheckRun) => ReactNode;
  onAgain?: (name: CheckName) => void;
  busy: boolean;
}

/** Checks, each with how it came out, what is to be done, and a way to make it again. */
export function CheckList({ label, runs, action, onAgain, busy }: CheckListProps) {
  return (
    <ol className={classes.checks} aria-label={label}>
      {runs.map((run) => {
        const look = checkLooks[run.state];
        const over = run.state === 'failed' || run.state === 'broken';
        return (
          <CheckItem
            key={run.name}
            name={checkWords[run.name]}
            look={look}
            at={run.at}
            action={
              onAgain &&
              run.state !== 'waiting' &&
              run.state !== 'running' && (
                <SmallButton
                  disabled={busy}
                  onClick={() => onAgain(run.name)}
                  aria-label={texts.retryCheck(checkWords[run.name])}
                >
                  {texts.retry}
                </SmallButton>
              )
            }
          >
            {run.detail !== undefined && <p className={classes.detail}>{run.detail}</p>}
            {run.cure !== undefined && (
              <p className={classes.cure}>
                <strong>{texts.nextStep}</strong> {run.cure} {over && action?.(run)}
              </p>
            )}
          </CheckItem>
        );
      })}
    </ol>
  );
}

interface CheckItemProps {
  name: string;
  look: Look;
  at?: string | undefined;
  action?: ReactNode;
  /** What there is to say of it. */
  children: ReactNode;
}

/** One of what is done in order, and how it stands. */
export function CheckItem({ name, look, at, action, children }: CheckItemProps) {
  return (
    <li className={classes.check} data-tone={look.tone}>
      <span className={classes.checkMark}>
        <Mark shape={look.shape} />
      </span>
      <div className="break">
        <span className={classes.checkName}>{name}</span>{' '}
        <span className={`tiny dim ${classes.checkWord}`}>
          {look.word} <Time at={at} />
        </span>
      </div>
      <div className={`row gap-6 ${classes.checkActions}`}>{action}</div>
      <div className={`break ${classes.checkAbout}`}>{children}</div>
    </li>
  );
}

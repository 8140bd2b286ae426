import type { InstallationResult } from '@/api/types';
import classes from '../projects/projects.module.css';
import { Mark } from '../status/Mark';
import type { Look } from '../status/looks';
import * as texts from '@/texts/installation';

const looks: Record<InstallationResult['state'], Look> = {
  ok: { shape: 'check', tone: 'ok', word: texts.ok },
  missing: { shape: 'cross', tone: 'bad', word: texts.actionNeeded },
  note: { shape: 'triangle', tone: 'warn', word: texts.note },
  unknown: { shape: 'question', tone: 'quiet', word: texts.unknown },
};

interface Result {
  name: string;
  look: Look;
  text: string;
}

export function resultOf({ name, state, text }: InstallationResult): Result {
  return { name: texts.names[name], look: looks[state], text };
}

/** What was checked, each with how it is and what to do. */
export function ResultList({ label, results }: { label: string; results: readonly Result[] }) {
  return (
    <ul className={classes.checks} aria-label={label}>
      {results.map(({ name, look, text }) => (
        <li key={name} className={classes.check} data-tone={look.tone}>
          <span className={classes.checkMark}>
            <Mark shape={look.shape} />
          </span>
          <div className="break">
            <span className={classes.checkName}>{name}</span>{' '}
            <span className={`tiny dim ${classes.checkWord}`}>{look.word}</span>
          </div>
          <div className={`break ${classes.checkAbout}`}>
            {text !== '' && <p className={classes.detail}>{text}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

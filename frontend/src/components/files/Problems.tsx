import type { FileProblem } from '@/api/types';
import { Mark } from '../status/Mark';
import classes from './files.module.css';
import * as texts from '@/texts/editor';

/** What is wrong in files, with the place. */
export function Problems({ problems }: { problems: readonly FileProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={`stack gap-6 small ${classes.problems}`} aria-label={texts.problems}>
      {problems.map((p, i) => (
        <li key={i}>
          <Mark shape="triangle" />
          <span>
            {p.message} <span className="dim">{placeOf(p)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function placeOf({ file, line, column }: FileProblem): string {
  if (line === undefined || line === 0) return file;
  return texts.line(file, line, column === undefined || column === 0 ? '' : texts.column(column));
}

import { parseDiff } from './parseDiff';
import classes from './operations.module.css';
import * as texts from '@/texts/operations';

const spoken = { add: texts.added, remove: texts.removed, same: texts.unchanged, gap: '' } as const;
const signs = { add: '+', remove: '−', same: ' ', gap: '' } as const;

/** A unified diff, line by line: by sign, word and color. */
export function Diff({ label, diff }: { label: string; diff: string }) {
  return (
    <div className={classes.diff} role="group" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <tbody>
          {parseDiff(diff).map((line, i) =>
            line.kind === 'gap' ? (
              <tr key={i} data-kind="gap">
                <td colSpan={3}>⋯</td>
              </tr>
            ) : (
              <tr key={i} data-kind={line.kind}>
                <td className={classes.lineNumber}>{line.number}</td>
                <td className={classes.sign}>
                  <span role="img" aria-label={spoken[line.kind]}>
                    {signs[line.kind]}
                  </span>
                </td>
                <td className={classes.code}>{line.text === '' ? ' ' : line.text}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

import type { Warning } from '@/api/types';
import { Hidden } from '@/components/Hidden';
import { OutLink } from '@/components/OutLink';
import { Mark } from '@/components/status/Mark';
import classes from './operations.module.css';
import * as texts from '@/texts/operations';

/** What speaks against an operation; first what forbids it. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  const sorted = [...warnings].sort((a, b) => Number(b.blocking) - Number(a.blocking));
  return (
    <ul className={`stack gap-6 small ${classes.warnings}`} aria-label={texts.beforeYouContinue}>
      {sorted.map(({ code, message, link, blocking }, i) => (
        <li key={`${code}.${i}`} data-tone={blocking ? 'bad' : 'warn'}>
          <Mark shape={blocking ? 'cross' : 'triangle'} size={16} />
          <span>
            <Hidden>{blocking ? texts.notPossible : texts.note}</Hidden>
            {sentence(message)}
            {link !== undefined && (
              <>
                {' '}
                <OutLink href={link}>{texts.openInGitlab}</OutLink>
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

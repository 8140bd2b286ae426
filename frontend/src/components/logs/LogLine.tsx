import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Piece, readAnsi, type Style } from '@/lib/ansi';
import { type LogRow, type LogSection, sectionTitle } from '@/lib/jobLog';
import { duration } from '@/lib/time';
import classes from './logs.module.css';

interface LogLineProps {
  row: LogRow;
  section: LogSection | undefined;
  folded: boolean;
  onFold: () => void;
  /** What is searched for. */
  wanted: string;
}

/** A line: its number, which is a link to it, and its text in colours. */
export function LogLine({ row, section, folded, onFold, wanted }: LogLineProps) {
  const { pieces } = readAnsi(row.text, row.style);
  const text = pieces.flatMap(({ text: piece, style }, i) =>
    split(piece, wanted).map((part, j) => (
      <span key={`${i}.${j}`} {...look(style)}>
        {j % 2 === 1 ? <mark>{part}</mark> : part}
      </span>
    )),
  );
  return (
    <>
      <Link
        to="."
        search={(before) => ({ ...before, at: String(row.at) })}
        replace
        resetScroll={false}
        className={classes.number}
        aria-label={row.number === undefined ? `Link to byte ${row.at}` : `Link to line ${row.number}`}
      >
        {row.number ?? '·'}
      </Link>
      {section ? (
        <button type="button" className={classes.headline} aria-expanded={!folded} onClick={onFold}>
          <IconChevronRight size={14} stroke={2} aria-hidden="true" />
          <span className={classes.text}>{row.text.trim() === '' ? sectionTitle(section.name) : text}</span>
          {section.end !== undefined && (
            <span className={classes.took}>{duration((section.end - section.start) * 1000)}</span>
          )}
        </button>
      ) : (
        <Text>{text}</Text>
      )}
    </>
  );
}

function Text({ children }: { children: ReactNode }) {
  return <span className={classes.text}>{children}</span>;
}

/** Bold makes a colour bright, as terminals do. */
function look({ fg, bg, ...rest }: Style): Record<string, string | undefined> {
  const on = Object.keys(rest).filter((key) => rest[key as keyof typeof rest] === true);
  return {
    ...(fg === undefined ? {} : { 'data-fg': String(fg % 8) }),
    ...(bg === undefined ? {} : { 'data-bg': String(bg % 8) }),
    ...(on.length === 0 ? {} : { 'data-look': on.join(' ') }),
  };
}

/** Parts a text so that every second part is what is searched for. */
function split(text: Piece['text'], wanted: string): string[] {
  if (wanted === '') return [text];
  const parts: string[] = [];
  const lower = text.toLowerCase();
  const needle = wanted.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + needle.length));
    from = at + needle.length;
  }
  parts.push(text.slice(from));
  return parts;
}

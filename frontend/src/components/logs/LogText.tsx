import { readAnsi, type Style } from '@/lib/ansi';
import { harmless } from '@/lib/harmless';
import classes from './logs.module.css';

interface LogTextProps {
  text: string;
  /** The look it begins with. */
  style?: Style;
  /** What is searched for, to be marked. */
  wanted: string;
}

/** A line's text in its colors. Nothing in it can pass for anything but text. */
export function LogText({ text, style, wanted }: LogTextProps) {
  const { pieces } = readAnsi(text, style);
  return (
    <span className={`grow ${classes.text}`}>
      {pieces.flatMap((piece, i) =>
        split(harmless(piece.text), wanted).map((part, j) => (
          <span key={`${i}.${j}`} {...look(piece.style)}>
            {j % 2 === 1 ? <mark>{part}</mark> : part}
          </span>
        )),
      )}
    </span>
  );
}

/** Bold makes a color bright, as terminals do. */
function look({ fg, bg, ...rest }: Style): Record<string, string | undefined> {
  const on = Object.keys(rest).filter((key) => rest[key as keyof typeof rest] === true);
  return {
    ...(fg === undefined ? {} : { 'data-fg': String(fg % 8) }),
    ...(bg === undefined ? {} : { 'data-bg': String(bg % 8) }),
    ...(on.length === 0 ? {} : { 'data-look': on.join(' ') }),
  };
}

/** Parts a text so that every second part is what is searched for. */
function split(text: string, wanted: string): string[] {
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

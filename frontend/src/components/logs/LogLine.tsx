import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type LogRow, type LogSection, sectionTitle } from '@/lib/jobLog';
import { duration } from '@/lib/time';
import classes from './logs.module.css';
import { LogText } from './LogText';
import * as texts from '@/texts/logs';

interface LogLineProps {
  row: LogRow;
  section: LogSection | undefined;
  folded: boolean;
  onFold: () => void;
  /** What is searched for. */
  wanted: string;
}

/** A line: its number, which is a link to it, and its text in colors. */
export function LogLine({ row, section, folded, onFold, wanted }: LogLineProps) {
  const text = <LogText text={row.text} style={row.style} wanted={wanted} />;
  return (
    <>
      <Link
        to="."
        search={(before) => ({ ...before, at: String(row.at) })}
        replace
        resetScroll={false}
        className={`dim numbers ${classes.number}`}
        aria-label={row.number === undefined ? texts.linkToByte(row.at) : texts.linkToLine(row.number)}
      >
        {row.number ?? '·'}
      </Link>
      {section ? (
        <button type="button" className={`grow ${classes.headline}`} aria-expanded={!folded} onClick={onFold}>
          <IconChevronRight size={14} stroke={2} aria-hidden="true" />
          {row.text.trim() === '' ? (
            <span className={`grow ${classes.text}`}>{sectionTitle(section.name)}</span>
          ) : (
            text
          )}
          {section.end !== undefined && (
            <span className={classes.took}>{duration((section.end - section.start) * 1000)}</span>
          )}
        </button>
      ) : (
        text
      )}
    </>
  );
}

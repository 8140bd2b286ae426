import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import type { PodLog } from '@/api/types';
import logClasses from '@/components/logs/logs.module.css';
import { Hidden } from '@/components/Hidden';
import { LogText } from '@/components/logs/LogText';
import { Mark } from '@/components/status/Mark';
import { bare, readAnsi, type Style } from '@/lib/ansi';
import { dateTime, parseTime } from '@/lib/time';
import classes from './podLog.module.css';
import * as texts from '@/texts/runtime';

interface PodLogLinesProps {
  label: string;
  lines: PodLog['lines'];
  wrap: boolean;
  /** Whether the end stays in sight. */
  follow: boolean;
  wanted: string;
  /** Index of the line found that is to be seen. */
  hit: number | undefined;
  /** Index of the line that says first what went wrong. */
  error: number | undefined;
  onLeaveEnd: () => void;
}

/** Lines of a container's log, each with its time. */
export function PodLogLines({
  label,
  lines,
  wrap,
  follow,
  wanted,
  hit,
  error,
  onLeaveEnd,
}: PodLogLinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const styles = useMemo(() => stylesOf(lines), [lines]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 24,
    overscan: 20,
    initialRect: { width: 900, height: 560 },
  });
  const newest = lines.at(-1)?.at;
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [follow, lines.length, newest, virtual]);
  useEffect(() => {
    if (hit !== undefined) virtual.scrollToIndex(hit, { align: 'center' });
  }, [hit, virtual]);
  if (lines.length === 0) return <p className={logClasses.none}>{texts.noOutput}</p>;
  return (
    <div
      ref={scroller}
      className={`${logClasses.scroller} ${classes.scroller}`}
      data-wrap={wrap}
      role="region"
      aria-label={label}
      tabIndex={0}
      onWheel={(event) => {
        if (follow && event.deltaY < 0) onLeaveEnd();
      }}
      onKeyDown={(event) => {
        if (follow && ['ArrowUp', 'PageUp', 'Home'].includes(event.key)) onLeaveEnd();
      }}
    >
      <div
        role="list"
        aria-label={texts.lines}
        className={logClasses.lines}
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const at = parseTime(line.at);
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="listitem"
              aria-setsize={lines.length}
              aria-posinset={item.index + 1}
              data-hit={item.index === hit || undefined}
              aria-current={item.index === error ? 'true' : undefined}
              className={logClasses.line}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {at && (
                <time
                  dateTime={at.toISOString()}
                  title={dateTime(at)}
                  className={`dim numbers ${classes.at}`}
                >
                  {clock.format(at)}
                </time>
              )}
              {item.index === error && (
                <span className={classes.mark}>
                  <Mark shape="cross" size={13} />
                  <Hidden>{texts.firstError}</Hidden>
                </span>
              )}
              <LogText text={line.text} style={styles[item.index] ?? bare} wanted={wanted} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** The look that each line begins with: colors go on until they are changed. */
function stylesOf(lines: PodLog['lines']): Style[] {
  let style = bare;
  return lines.map(({ text }) => {
    const before = style;
    style = readAnsi(text, style).after;
    return before;
  });
}

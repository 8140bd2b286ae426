import { IconArrowDown, IconDownload, IconX } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { JobPlace } from '@/api/queries/logs';
import type { Job } from '@/api/types';
import { isMoving } from '@/api/status';
import { Failure } from '@/components/Failure';
import { QuietLink } from '@/components/links';
import { OutLink } from '@/components/OutLink';
import { Loading } from '@/components/Loading';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { pipelineLook } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { ToggleButton } from '../ui/ToggleButton';
import { LogLine } from './LogLine';
import classes from './logs.module.css';
import { Search } from './Search';
import { useDownload } from './useDownload';
import { useJobLog } from './useJobLog';
import { around, findRows, isFoldedFirst, rowAt, visibleRows } from './visible';
import * as texts from '@/texts/logs';

export interface LogViewerProps {
  place: JobPlace;
  job: Job;
  /** The byte whose line is linked to. */
  at: number | undefined;
  /** The byte to show first when none is linked to: of the error. */
  error: number | undefined;
}

const rowHeight = 24;

/** A job's log: colors, folded sections, search, links to lines, and the end of it while the job runs. */
export default function LogViewer({ place, job, at, error }: LogViewerProps) {
  const running = isMoving(job.status);
  const { store, state } = useJobLog(place, at ?? error, running);
  const { rows, sections } = state;
  const [touched, setTouched] = useState<ReadonlyMap<number, boolean>>(new Map());
  const [wanted, setWanted] = useState('');
  const [hit, setHit] = useState(0);
  const [follow, setFollow] = useState(running && at === undefined);
  const scroller = useRef<HTMLDivElement>(null);

  const focus = at ?? error;
  const focused = focus === undefined || focus < state.from || focus >= state.next ? -1 : rowAt(rows, focus);
  const opened = useMemo(() => {
    const row = rows[focused];
    return new Set(row ? around(row, sections) : []);
  }, [rows, sections, focused]);
  const isFolded = (section: number) => {
    const known = sections[section];
    return known !== undefined && (touched.get(section) ?? (isFoldedFirst(known) && !opened.has(section)));
  };
  const visible = visibleRows(rows, sections, isFolded);
  const hits = useMemo(() => findRows(rows, wanted), [rows, wanted]);

  const virtual = useVirtualizer({
    count: visible.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    initialRect: { width: 900, height: 560 },
    getItemKey: (index) => rows[visible[index] ?? -1]?.at ?? index,
  });

  const show = (index: number) => {
    const position = visible.indexOf(index);
    if (position >= 0) virtual.scrollToIndex(position, { align: 'center' });
  };

  // Once the line that is linked to is there, it is shown; so again at another one.
  const ready = focused >= 0;
  const reveal = useEffectEvent(() => show(focused));
  useEffect(() => {
    if (ready) reveal();
  }, [focus, ready]);

  const beyond =
    at !== undefined &&
    !state.loading &&
    state.error === undefined &&
    (at < state.from || (at >= state.next && state.more));
  useEffect(() => {
    if (beyond) void store.open(at);
  }, [beyond, at, store]);

  const count = visible.length;
  useEffect(() => {
    if (follow && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [follow, count, virtual]);

  const goTo = (next: number) => {
    const turn = (next + hits.length) % hits.length;
    const index = hits[turn];
    const row = index === undefined ? undefined : rows[index];
    if (index === undefined || !row) return;
    setHit(turn);
    setFollow(false);
    const closed = around(row, sections).filter(isFolded);
    if (closed.length === 0) {
      show(index);
      return;
    }
    setTouched((before) => new Map([...before, ...closed.map((s) => [s, false] as const)]));
    // The row is there once its section is open.
    requestAnimationFrame(() => {
      const open = new Set(closed);
      const position = visibleRows(rows, sections, (s) => isFolded(s) && !open.has(s)).indexOf(index);
      virtual.scrollToIndex(position, { align: 'center' });
    });
  };
  const download = useDownload(place, job);

  return (
    <Panel
      title={texts.logOf(job.name)}
      note={<Status look={pipelineLook(job.status)} />}
      flush
      actions={
        <>
          {job.webUrl !== undefined && <OutLink href={job.webUrl}>{texts.openInGitlab}</OutLink>}
          <SmallButton
            onClick={download.start}
            loading={download.busy}
            leftSection={<IconDownload size={14} stroke={1.8} />}
          >
            {texts.download}
          </SmallButton>
        </>
      }
    >
      <div className={`row ${classes.bar}`}>
        <Search
          text={wanted}
          hits={hits.length}
          hit={hit}
          partial={state.from > 0 || state.more}
          onText={(text) => {
            setWanted(text);
            setHit(0);
          }}
          onGo={goTo}
        />
        {running && (
          <ToggleButton
            on={follow}
            onClick={() => setFollow(!follow)}
            leftSection={<IconArrowDown size={14} stroke={1.8} />}
          >
            {texts.follow}
          </ToggleButton>
        )}
        <QuietLink
          to="."
          search={(before) => ({ ...before, job: 'none', at: undefined })}
          resetScroll={false}
          className={`end ${classes.close}`}
          aria-label={texts.closeLog}
        >
          <IconX size={16} stroke={1.8} />
        </QuietLink>
      </div>
      {download.error && <Failure error={download.error} what={texts.couldntDownloadTheLog} />}
      {state.from > 0 && !state.loading && (
        <button type="button" className={classes.more} onClick={() => void store.earlier()}>
          {texts.showEarlierOutput(size(state.from))}
        </button>
      )}
      <div
        ref={scroller}
        className={classes.scroller}
        role="region"
        aria-label={texts.outputOf(job.name)}
        tabIndex={0}
        onWheel={(event) => {
          if (event.deltaY < 0) setFollow(false);
        }}
        onKeyDown={(event) => {
          if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) setFollow(false);
        }}
      >
        {rows.length === 0 && !state.loading && state.error === undefined && (
          <p className={classes.none}>{running ? texts.noOutputYet : texts.theLogIsEmptyOr}</p>
        )}
        {rows.length === 0 && state.loading && <Loading lines={6} label={texts.loadingLog} />}
        {rows.length > 0 && (
          <div
            role="list"
            aria-label={texts.lines}
            className={classes.lines}
            style={{ height: virtual.getTotalSize() }}
          >
            {virtual.getVirtualItems().map((item) => {
              const index = visible[item.index] ?? 0;
              const row = rows[index];
              if (!row) return null;
              const { opens } = row;
              return (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  role="listitem"
                  aria-setsize={visible.length}
                  aria-posinset={item.index + 1}
                  aria-current={index === focused ? 'true' : undefined}
                  data-hit={hits[hit] === index || undefined}
                  className={classes.line}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogLine
                    row={row}
                    section={opens === undefined ? undefined : sections[opens]}
                    folded={opens !== undefined && isFolded(opens)}
                    onFold={() => {
                      if (opens !== undefined)
                        setTouched((before) => new Map(before).set(opens, !isFolded(opens)));
                    }}
                    wanted={wanted}
                  />
                </div>
              );
            })}
          </div>
        )}
      </div>
      {state.error && (
        <Failure
          error={state.error}
          what={rows.length > 0 ? texts.couldntReadMoreOfThe : texts.couldntReadTheLog}
          onRetry={() => void store.later()}
          retrying={state.loading}
        />
      )}
      {state.more && !state.loading && !running && (
        <button type="button" className={classes.more} onClick={() => void store.later()}>
          {texts.showLaterOutput(state.size, size(state.size - state.next))}
        </button>
      )}
    </Panel>
  );
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

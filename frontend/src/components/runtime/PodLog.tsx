import { IconArrowDown, IconDownload, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type PodLogPlace, podLogQuery, podsQuery } from '@/api/queries/runtime';
import type { PodLog as Log } from '@/api/types';
import { QuietLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import logClasses from '@/components/logs/logs.module.css';
import { Search } from '@/components/logs/Search';
import { findRows } from '@/components/logs/visible';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Time } from '@/components/Time';
import { withoutAnsi } from '@/lib/ansi';
import { saveFile } from '@/lib/saveFile';
import { CopyButton } from '../ui/CopyButton';
import { NativeSelect } from '../ui/Field';
import { ToggleButton } from '../ui/ToggleButton';
import { PodLogLines } from './PodLogLines';
import classes from './podLog.module.css';
import runtime from './runtime.module.css';
import * as texts from '@/texts/runtime';

export interface PodLogProps {
  cluster: string;
  instance: string;
  place: PodLogPlace;
  onChange: (change: Partial<PodLogPlace>) => void;
}

/** The last lines of a container's log, read again every few seconds while they are followed. */
export default function PodLog({ cluster, instance, place, onChange }: PodLogProps) {
  const [wrap, setWrap] = useState(true);
  const [follow, setFollow] = useState(true);
  const query = useQuery(podLogQuery(cluster, instance, place, follow));
  const following = follow && !place.previous;
  const [wanted, setWanted] = useState('');
  const [hit, setHit] = useState(0);
  const [atError, setAtError] = useState(false);
  const lines = query.data?.lines;
  const hits = useMemo(() => findRows(lines ?? [], wanted), [lines, wanted]);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    top.current?.scrollIntoView({ block: 'start' });
  }, []);

  const go = (next: number) => {
    const turn = (next + hits.length) % hits.length;
    setHit(turn);
    setAtError(false);
    setFollow(false);
  };
  const firstError = query.data?.firstError;
  const error = firstError === undefined ? undefined : firstError - 1;
  const text = query.data && textOf(query.data);

  return (
    <div ref={top} className={classes.top}>
      <Panel
        title={texts.logOf(place.pod)}
        note={
          query.dataUpdatedAt > 0 && (
            <Time at={new Date(query.dataUpdatedAt).toISOString()} prefix={texts.asOf} />
          )
        }
        flush
        actions={
          <>
            <CopyButton value={text ?? ''}>
              {({ copied, copy }) => (
                <SmallButton onClick={copy} disabled={text === undefined}>
                  {copied ? texts.copied : texts.copy}
                </SmallButton>
              )}
            </CopyButton>
            <SmallButton
              disabled={text === undefined}
              onClick={() =>
                saveFile(new Blob([text ?? ''], { type: 'text/plain' }), fileName(instance, place))
              }
              leftSection={<IconDownload size={14} stroke={1.8} />}
            >
              {texts.download}
            </SmallButton>
          </>
        }
      >
        <div className={`row ${logClasses.bar}`}>
          <Choices cluster={cluster} instance={instance} place={place} log={query.data} onChange={onChange} />
          <QuietLink
            to="."
            search={(before) => ({ ...before, log: undefined, previous: undefined, lines: undefined })}
            resetScroll={false}
            className={`end ${logClasses.close}`}
            aria-label={texts.closeLog}
          >
            <IconX size={16} stroke={1.8} />
          </QuietLink>
        </div>
        <div className={`row ${logClasses.bar}`}>
          <Search
            text={wanted}
            hits={hits.length}
            hit={hit}
            partial={query.data?.truncated ?? false}
            onText={(next) => {
              setWanted(next);
              setHit(0);
            }}
            onGo={go}
          />
          <ToggleButton on={wrap} onClick={() => setWrap(!wrap)}>
            {texts.wrap}
          </ToggleButton>
          {error !== undefined && (
            <SmallButton
              onClick={() => {
                setFollow(false);
                setAtError(true);
              }}
            >
              {texts.showFirstError}
            </SmallButton>
          )}
          {!place.previous && (
            <ToggleButton
              on={following}
              onClick={() => setFollow(!follow)}
              leftSection={<IconArrowDown size={14} stroke={1.8} />}
            >
              {texts.follow}
            </ToggleButton>
          )}
        </div>
        <div className={runtime.loaded}>
          <Loaded query={query} what={texts.theLog} lines={6}>
            {(log) => (
              <>
                {log.truncated && (
                  <p className={`tiny dim ${classes.cut}`}>{texts.showingTheLastLines(log.lines.length)}</p>
                )}
                <PodLogLines
                  lines={log.lines}
                  label={texts.outputOfIn(log.container, log.pod)}
                  wrap={wrap}
                  follow={follow}
                  wanted={wanted}
                  hit={atError ? error : hits[hit]}
                  error={error}
                  onLeaveEnd={() => setFollow(false)}
                />
              </>
            )}
          </Loaded>
        </div>
      </Panel>
    </div>
  );
}

const lineCounts = [100, 200, 500, 1000, 2000];

interface ChoicesProps extends PodLogProps {
  log: Log | undefined;
}

/** Which pod, which of its containers, from when, how much. */
function Choices({ cluster, instance, place, log, onChange }: ChoicesProps) {
  const { data } = useQuery(podsQuery(cluster, instance));
  const pods = data?.pods ?? [];
  const names = pods.map((pod) => pod.name);
  const pod = pods.find((one) => one.name === place.pod);
  const containers = pod?.containers.map((c) => c.name) ?? log?.containers ?? [];
  const container = place.container ?? log?.container ?? containers[0] ?? '';
  return (
    <div className={`row ${classes.choices}`}>
      <NativeSelect
        size="sm"
        label={texts.pod}
        value={place.pod}
        data={names.includes(place.pod) ? names : [place.pod, ...names]}
        onChange={(event) =>
          onChange({ pod: event.currentTarget.value, container: undefined, previous: false })
        }
      />
      <NativeSelect
        size="sm"
        label={texts.container}
        value={container}
        data={containers.includes(container) ? containers : [container, ...containers]}
        onChange={(event) => onChange({ container: event.currentTarget.value, previous: false })}
      />
      <NativeSelect
        size="sm"
        label={texts.run}
        value={place.previous ? 'previous' : 'current'}
        data={[
          { value: 'current', label: texts.current },
          { value: 'previous', label: texts.previousBeforeTheRestart },
        ]}
        onChange={(event) => onChange({ previous: event.currentTarget.value === 'previous' })}
      />
      <NativeSelect
        size="sm"
        label={texts.lines}
        value={String(place.lines)}
        data={lineCounts.map(String)}
        onChange={(event) => onChange({ lines: Number(event.currentTarget.value) })}
      />
    </div>
  );
}

function textOf({ lines }: Log): string {
  return lines.map(({ at, text }) => `${at === undefined ? '' : `${at} `}${withoutAnsi(text)}\n`).join('');
}

function fileName(instance: string, { pod, container, previous }: PodLogPlace): string {
  return [instance, pod, container, previous ? 'previous' : undefined].filter(Boolean).join('-') + '.log';
}

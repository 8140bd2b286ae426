import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { historyQuery, undeployedQuery } from '@/api/queries/operations';
import { activityQuery } from '@/api/queries/overview';
import type { InstanceDetails } from '@/api/types';
import { useNow } from '@/lib/useNow';
import { daysOf } from '../activity/days';
import { kindWords, lookOf, sayMore } from '../activity/words';
import { Empty } from '../Empty';
import { TextLink } from '../links';
import { OutLink } from '../OutLink';
import { Loaded } from '../Loaded';
import { HistoryEntry } from '../operations/HistoryEntry';
import { isDeployed, reachedGit } from '../operations/versions';
import { Panel } from '../Panel';
import { SmallButton } from '../SmallButton';
import { operationTitle, pipelineLook, pipelineTitle } from '../status/looks';
import { Status } from '../status/Status';
import { Time } from '../Time';
import { isChange, suspectOf, type TimelineEvent, timelineOf } from './events';
import classes from './timeline.module.css';
import * as texts from '@/texts/timeline';

interface TimelineProps {
  details: InstanceDetails;
  /** Id of the operation that the address names. */
  shown: string | undefined;
}

/** All that happened to an instance in one list, and what changed last before it broke. */
export default function Timeline({ details, shown }: TimelineProps) {
  const { cluster, name: instance } = details.instance;
  const now = useNow();
  const history = useInfiniteQuery(historyQuery(cluster, instance));
  const activity = useInfiniteQuery(activityQuery({ cluster: [cluster], instance }));
  const undeployed = useQuery(undeployedQuery(cluster, instance));
  const [changesOnly, setChangesOnly] = useState(false);
  const operations = history.data?.pages.flatMap((page) => page.operations) ?? [];
  const all = timelineOf({
    operations,
    pipelines: details.pipelines,
    commits: undeployed.data?.commits ?? [],
    activity: activity.data?.pages.flatMap((page) => page.activity) ?? [],
  });
  const suspect = suspectOf(all);
  const events = changesOnly ? all.filter(isChange) : all;
  const deployed = operations.find(isDeployed);
  // After one that failed, git has what it wanted: what is live is a way back then.
  const inGit = operations.find(reachedGit);
  const more = history.hasNextPage || activity.hasNextPage;
  const find = (id: string) => all.find((event) => event.id === id);
  return (
    <Panel
      title={texts.timeline}
      flush
      actions={
        <label className={`inline small ${classes.only}`}>
          <input
            type="checkbox"
            checked={changesOnly}
            onChange={(event) => setChangesOnly(event.currentTarget.checked)}
          />
          {texts.changesOnly}
        </label>
      }
    >
      <Loaded query={history} what={texts.theTimeline} shape="rows" lines={8}>
        {() =>
          events.length === 0 ? (
            <Empty title={texts.noEventsYet}>{texts.operationsPipelinesCommitsAndHealth}</Empty>
          ) : (
            <>
              {suspect && isBroken(details.instance) && (
                <Answer change={find(suspect.change)} broke={find(suspect.broke)} />
              )}
              {daysOf(events, now).map((day) => (
                <section key={day.name} aria-label={day.name}>
                  <h3 className={`tiny dim ${classes.day}`}>{day.name}</h3>
                  <ul>
                    {day.entries.map((event) => (
                      <Event
                        key={event.id}
                        event={event}
                        cluster={cluster}
                        current={event.kind === 'operation' && event.operation.id === deployed?.id}
                        earlier={
                          event.kind === 'operation' &&
                          reachedGit(event.operation) &&
                          event.operation.id !== inGit?.id
                        }
                        opened={event.kind === 'operation' && event.operation.id === shown}
                        suspect={suspect?.change === event.id}
                        broke={suspect?.broke === event.id}
                      />
                    ))}
                  </ul>
                </section>
              ))}
            </>
          )
        }
      </Loaded>
      {more && (
        <div className={classes.more}>
          <SmallButton
            loading={history.isFetchingNextPage || activity.isFetchingNextPage}
            onClick={() => {
              if (history.hasNextPage) void history.fetchNextPage();
              if (activity.hasNextPage) void activity.fetchNextPage();
            }}
          >
            {texts.showEarlier}
          </SmallButton>
        </div>
      )}
    </Panel>
  );
}

function isBroken({ health }: InstanceDetails['instance']): boolean {
  return health.state === 'failed' || health.state === 'degraded';
}

/** What changed before the instance broke. */
function Answer({ change, broke }: { change: TimelineEvent | undefined; broke: TimelineEvent | undefined }) {
  if (!change || !broke) return null;
  const [what, person] = nameOf(change);
  return (
    <p className={classes.answer}>
      {texts.changedBeforeItBroke(
        <strong>{what}</strong>,
        person,
        <Time at={change.at} />,
        <Time at={broke.at} />,
      )}
    </p>
  );
}

/** What an event is called, and who did it. */
function nameOf(event: TimelineEvent): [what: string, person: string | undefined] {
  switch (event.kind) {
    case 'operation':
      return [operationTitle(event.operation), event.operation.requestedBy];
    case 'pipeline':
      return [texts.pipeline(event.pipeline.id), event.pipeline.requestedBy];
    case 'commit':
      return [event.commit.title, event.commit.author];
    case 'activity':
      return [kindWords[event.activity.kind], event.activity.by];
  }
}

interface EventProps {
  event: TimelineEvent;
  cluster: string;
  /** Whether it is the deployed operation. */
  current: boolean;
  /** Whether it left something to go back to. */
  earlier: boolean;
  /** Whether it is open at first. */
  opened: boolean;
  /** Whether it is the last change before the instance broke. */
  suspect: boolean;
  broke: boolean;
}

function Event({ event, cluster, current, earlier, opened, suspect, broke }: EventProps) {
  const [open, setOpen] = useState(opened);
  const flag = suspect && <p className={`small ${classes.suspect}`}>{texts.lastChangeBeforeTheInstance}</p>;
  if (event.kind === 'operation') {
    const { operation } = event;
    return (
      <HistoryEntry
        operation={operation}
        open={open}
        current={current}
        earlier={earlier}
        onToggle={() => setOpen(!open)}
      >
        {flag}
      </HistoryEntry>
    );
  }
  return (
    <li className={`row ${classes.event}`} data-broke={broke || undefined}>
      <Line event={event} cluster={cluster} />
      {flag}
    </li>
  );
}

function Line({ event, cluster }: { event: Exclude<TimelineEvent, { kind: 'operation' }>; cluster: string }) {
  switch (event.kind) {
    case 'pipeline': {
      const { id, status, requestedBy } = event.pipeline;
      return (
        <>
          <TextLink
            to="/clusters/$cluster/pipelines/$pipeline"
            params={{ cluster, pipeline: String(id) }}
            data-row
          >
            {texts.pipeline(id)}
          </TextLink>
          <Status look={pipelineLook(status)} />
          <span className="dim">
            {pipelineTitle(event.pipeline) ?? texts.startedInGitlab} {requestedBy}
          </span>
          <Time at={event.at} />
        </>
      );
    }
    case 'commit': {
      const { commit } = event;
      return (
        <>
          <span>
            {commit.webUrl === undefined ? (
              commit.title
            ) : (
              <OutLink href={commit.webUrl}>{commit.title}</OutLink>
            )}
          </span>
          <span data-tone="warn" className="tone">
            {texts.undeployed}
          </span>
          <span className="dim">{commit.author}</span>
          <Time at={event.at} />
        </>
      );
    }
    case 'activity': {
      const { kind, to } = event.activity;
      return (
        <>
          <span>{kindWords[kind]}</span>
          <Status look={lookOf(kind, to)} />
          <span className="dim">
            {[sayMore(event.activity), event.activity.by].filter(Boolean).join(' · ')}
          </span>
          <Time at={event.at} />
        </>
      );
    }
  }
}

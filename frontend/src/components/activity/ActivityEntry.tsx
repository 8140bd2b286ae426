import type { Activity } from '@/api/types';
import { parseTime, timeOfDay } from '@/lib/time';
import { TextLink } from '../links';
import { Status } from '../status/Status';
import { Time } from '../Time';
import classes from './activity.module.css';
import { Subject } from './Subject';
import { kindWords, lookOf, sayMore } from './words';
import * as texts from '@/texts/activity';

interface ActivityEntryProps {
  activity: Activity;
  /** The time of day, where the day stands above; else how long ago. */
  clock?: boolean;
}

/** Something that happened, as an item of a list: in columns where there is room. */
export function ActivityEntry({ activity, clock = false }: ActivityEntryProps) {
  const { at, by, cluster, instance, kind, pipeline, to } = activity;
  return (
    <li className={classes.happening} data-columns={clock}>
      <span className={`small dim ${classes.when}`}>{clock ? <ClockTime at={at} /> : <Time at={at} />}</span>
      <span className={`row ${classes.what}`}>
        <span>
          <Subject cluster={cluster} instance={instance} row />
        </span>
        <span className="small dim">
          {kind === 'pipeline' && pipeline !== undefined ? (
            <TextLink
              to="/clusters/$cluster/pipelines/$pipeline"
              params={{ cluster, pipeline: String(pipeline) }}
            >
              {texts.pipeline2(pipeline)}
            </TextLink>
          ) : (
            kindWords[kind]
          )}
        </span>
        <Status look={lookOf(kind, to)} />
        <span className="small dim">{[sayMore(activity), by].filter(Boolean).join(' · ')}</span>
      </span>
    </li>
  );
}

/** What identifies one of them. */
export function activityKey({ at, cluster, instance = '', kind, to }: Activity): string {
  return [at, cluster, instance, kind, to].join(' ');
}

function ClockTime({ at }: { at: string }) {
  const date = parseTime(at);
  return date && <time dateTime={date.toISOString()}>{timeOfDay(date)}</time>;
}

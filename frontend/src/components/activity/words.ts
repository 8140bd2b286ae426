import type { Activity, Cluster, Health, Lifecycle } from '@/api/types';
import {
  driftLook,
  healthLooks,
  lifecycleLooks,
  type Look,
  onlineLooks,
  operationWords,
  pipelineLook,
} from '../status/looks';
import * as texts from '@/texts/activity';

const syncLooks: Record<string, Look> = {
  failed: { shape: 'cross', tone: 'bad', word: texts.syncFailed },
  recovered: { shape: 'check', tone: 'ok', word: texts.syncRecovered },
};

const protectionLooks: Record<string, Look> = {
  protected: { shape: 'check', tone: 'ok', word: texts.isProtected },
  unprotected: { shape: 'slash', tone: 'quiet', word: texts.isUnprotected },
};

const noteLooks: Record<string, Look> = {
  changed: { shape: 'check', tone: 'ok', word: texts.changed },
  removed: { shape: 'slash', tone: 'quiet', word: texts.removed },
};

const unknown = (word: string): Look => ({ shape: 'question', tone: 'quiet', word });

/** What it became, or was, as a status. */
export function lookOf(kind: Activity['kind'], state: string): Look {
  const looks: Partial<Record<string, Look>> = {
    lifecycle: lifecycleLooks[state as Lifecycle],
    health: healthLooks[state as Health],
    online: onlineLooks[state as Cluster['online']['state']],
    pipeline: pipelineLook(state),
    sync: syncLooks[state],
    drift: driftLook,
    protection: protectionLooks[state],
    note: noteLooks[state],
    tags: noteLooks[state === '' ? 'removed' : 'changed'],
  };
  return looks[kind] ?? unknown(state);
}

export const kindWords: Record<Activity['kind'], string> = {
  lifecycle: texts.lifecycle,
  pipeline: texts.pipeline,
  health: texts.health,
  sync: texts.gitlabSync,
  online: texts.connectivity,
  drift: texts.drift,
  protection: texts.protection,
  note: texts.note,
  tags: texts.tags,
};

/** What else there is to say: what it was before, and the reason; of a pipeline its operation, of a note its text. */
export function sayMore({ kind, from, to, detail, rollback }: Activity): string {
  if (kind === 'note' || kind === 'protection') return detail === undefined ? '' : `“${detail}”`;
  if (kind === 'tags') return texts.tagsAre(to, from);
  if (kind === 'pipeline') {
    if (rollback === true) return texts.rollback;
    const known = detail !== undefined && detail in operationWords;
    return known ? operationWords[detail as keyof typeof operationWords] : (detail ?? '');
  }
  const before = from === undefined || from === '' ? '' : texts.was(lookOf(kind, from).word.toLowerCase());
  return [before, detail ?? ''].filter(Boolean).join(' ');
}

/** Without entries of a cluster that repeat a pipeline of one of its instances. */
export function withoutEchoes(activity: readonly Activity[]): Activity[] {
  const listed = new Set(
    activity.flatMap(({ cluster, instance, pipeline, to }) =>
      instance === undefined || pipeline === undefined ? [] : [`${cluster}/${pipeline}/${to}`],
    ),
  );
  return activity.filter(
    ({ cluster, instance, pipeline, to }) =>
      instance !== undefined || pipeline === undefined || !listed.has(`${cluster}/${pipeline}/${to}`),
  );
}

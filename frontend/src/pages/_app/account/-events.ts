import type { Delivery, Subscription } from '@/api/types';
import type { Look } from '@/components/status/looks';
import * as texts from '@/texts/account';

type Event = Subscription['events'][number];

export const events: readonly Event[] = ['failed', 'degraded', 'recovered', 'offline', 'site', 'pipeline'];

export const eventHelp: Record<Event, string> = {
  failed: texts.anInstanceFails,
  degraded: texts.anInstanceIsDegraded,
  recovered: texts.itRecovers,
  offline: texts.aClusterIsOffline,
  site: texts.aSiteFails,
  pipeline: texts.aPipelineFails,
};

export const eventWords: Record<Delivery['notices'][number]['event'], string> = {
  failed: texts.eventFailed,
  degraded: texts.degraded,
  recovered: texts.recovered,
  offline: texts.offline,
  site: texts.siteFailed,
  pipeline: texts.pipelineFailed,
  test: texts.aTest,
};

export const deliveryLooks: Record<Delivery['state'], Look> = {
  waiting: { shape: 'dashed', tone: 'busy', word: texts.waiting },
  sent: { shape: 'check', tone: 'ok', word: texts.sent },
  failed: { shape: 'cross', tone: 'bad', word: texts.failed },
};

import type { Delivery, Subscription } from '@/api/types';
import type { Look } from '@/components/status/looks';

type Event = Subscription['events'][number];

export const events: readonly Event[] = ['failed', 'degraded', 'recovered', 'offline', 'pipeline'];

export const eventHelp: Record<Event, string> = {
  failed: 'An instance fails',
  degraded: 'An instance is degraded',
  recovered: 'It has recovered',
  offline: 'A cluster is offline',
  pipeline: 'A pipeline fails',
};

export const eventWords: Record<Delivery['notices'][number]['event'], string> = {
  failed: 'failed',
  degraded: 'degraded',
  recovered: 'recovered',
  offline: 'offline',
  pipeline: 'pipeline failed',
  test: 'a test',
};

export const deliveryLooks: Record<Delivery['state'], Look> = {
  waiting: { shape: 'dashed', tone: 'busy', word: 'Waiting' },
  sent: { shape: 'check', tone: 'ok', word: 'Sent' },
  failed: { shape: 'cross', tone: 'bad', word: 'Failed' },
};

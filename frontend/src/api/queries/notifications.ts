import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read, readPages } from '../read';
import type { SubscriptionBody } from '../types';
import { pollInterval } from './fleet';

export const subscriptionsQuery = queryOptions({
  queryKey: ['subscriptions'],
  ...read('/clusters/v1/notifications'),
});

export const deliveriesQuery = infiniteQueryOptions({
  queryKey: ['deliveries'],
  ...readPages('/clusters/v1/notifications/deliveries', { query: { limit: 20 } }),
  refetchInterval: pollInterval.calm,
});

export function subscribe(body: SubscriptionBody) {
  return api.post('/clusters/v1/notifications', { body });
}

export function changeSubscription(subscription: string, body: SubscriptionBody) {
  return api.put('/clusters/v1/notifications/{subscription}', { params: { path: { subscription } }, body });
}

export function unsubscribe(subscription: string) {
  return api.delete('/clusters/v1/notifications/{subscription}', { params: { path: { subscription } } });
}

/** Sends a test now and returns its outcome. */
export function testSubscription(subscription: string) {
  return api.post('/sync/v1/notifications/{subscription}/test', { params: { path: { subscription } } });
}

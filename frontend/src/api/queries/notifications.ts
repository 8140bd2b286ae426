import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, client } from '../client';
import type { SubscriptionBody } from '../types';
import { pollInterval } from './fleet';

export const subscriptionsQuery = queryOptions({
  queryKey: ['subscriptions'],
  queryFn: ({ signal }) => answer(client.GET('/clusters/v1/notifications', { signal })),
});

export const deliveriesQuery = infiniteQueryOptions({
  queryKey: ['deliveries'],
  queryFn: ({ signal, pageParam }) =>
    answer(
      client.GET('/clusters/v1/notifications/deliveries', {
        signal,
        params: { query: { limit: 20, ...(pageParam === undefined ? {} : { after: pageParam }) } },
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next,
  refetchInterval: pollInterval.calm,
});

export function subscribe(body: SubscriptionBody) {
  return answer(client.POST('/clusters/v1/notifications', { body }));
}

export function changeSubscription(subscription: string, body: SubscriptionBody) {
  return answer(
    client.PUT('/clusters/v1/notifications/{subscription}', { params: { path: { subscription } }, body }),
  );
}

export function unsubscribe(subscription: string) {
  return answer(
    client.DELETE('/clusters/v1/notifications/{subscription}', { params: { path: { subscription } } }),
  );
}

/** Sends a test now and returns its outcome. */
export function testSubscription(subscription: string) {
  return answer(
    client.POST('/sync/v1/notifications/{subscription}/test', { params: { path: { subscription } } }),
  );
}

import { http, HttpResponse } from 'msw';
import type { Delivery, Subscription, SubscriptionBody } from '@/api/types';
import { problem } from './problem';
import { ago, type World } from './world';

const at = '*/function/clusters/v1/notifications';

export function notificationHandlers(world: () => World) {
  const find = (id: string) => world().subscriptions.find((s) => s.id === id);
  const keep = (subscription: Subscription, { url, paused = false, ...input }: SubscriptionBody) =>
    Object.assign(subscription, { view: undefined }, input, {
      paused,
      updatedAt: ago(0),
      ...(url === undefined ? {} : { host: new URL(url).host }),
    });
  return [
    http.get(at, () =>
      HttpResponse.json({ subscriptions: world().subscriptions, email: world().user.email }),
    ),
    http.post<never, SubscriptionBody>(at, async ({ request }) => {
      const input = await request.json();
      if (input.channel === 'webhook' && !(input.url ?? '').startsWith('https://')) {
        return problem(422, 'Some of the input is wrong.', [
          { field: 'url', message: 'must be an https address' },
        ]);
      }
      const made = { id: `n${world().subscriptions.length + 1}`, owner: 'u1', createdAt: ago(0) };
      const subscription = keep(made as Subscription, input);
      world().subscriptions.push(subscription);
      return HttpResponse.json(subscription, { status: 201 });
    }),
    http.get(`${at}/deliveries`, () => HttpResponse.json({ deliveries: world().deliveries })),
    http.put<{ id: string }, SubscriptionBody>(`${at}/:id`, async ({ params, request }) => {
      const known = find(params.id);
      return known
        ? HttpResponse.json(keep(known, await request.json()))
        : problem(404, 'There is no such subscription.');
    }),
    http.delete<{ id: string }>(`${at}/:id`, ({ params }) => {
      world().subscriptions = world().subscriptions.filter((s) => s.id !== params.id);
      return new HttpResponse(null, { status: 204 });
    }),
    http.post<{ id: string }>('*/function/sync/v1/notifications/:id/test', ({ params }) => {
      const known = find(params.id);
      if (!known) return problem(404, 'There is no such subscription.');
      const delivery: Delivery = {
        id: `d${world().deliveries.length + 1}`,
        subscription: known.id,
        name: known.name,
        channel: known.channel,
        state: known.channel === 'email' ? 'sent' : 'failed',
        notices: [{ event: 'test', since: ago(0) }],
        attempts: 1,
        createdAt: ago(0),
        triedAt: ago(0),
        ...(known.channel === 'email' ? {} : { error: 'The webhook answers 404. Check its address.' }),
      };
      world().deliveries.unshift(delivery);
      return HttpResponse.json(delivery);
    }),
  ];
}

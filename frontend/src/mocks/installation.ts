import { http, HttpResponse, type PathParams } from 'msw';
import { functionNames } from '@/api/queries/installation';
import type { InstallationPage } from '@/api/types';
import { ago, type World } from './world';

export function installationHandlers(world: () => World) {
  const setAside = '*/function/sync/v1/clusters/:id/set-aside';
  return [
    http.get('*/function/sync/v1/installation', () => HttpResponse.json(page())),
    ...functionNames.map((name) =>
      http.get(`*/function/${name}/readyz`, () =>
        world().unready.has(name)
          ? HttpResponse.json(
              { status: 'unavailable', message: 'The store does not answer.' },
              { status: 503 },
            )
          : HttpResponse.json({ status: 'ok' }),
      ),
    ),
    http.get(setAside, () => HttpResponse.json({ events: world().setAside })),
    http.post<never, { key: string; action: string }>(setAside, async ({ request }) => {
      const { key } = await request.json();
      world().setAside = world().setAside.filter((event) => event.key !== key);
      return new HttpResponse(null, { status: 204 });
    }),
    ...damagedHandlers(world, '*/function/sync/v1/clusters/:id/damaged'),
    ...damagedHandlers(world, '*/function/sync/v1/damaged'),
  ];
}

function damagedHandlers(world: () => World, path: string) {
  const of = ({ id }: PathParams) => world().damaged[typeof id === 'string' ? id : ''] ?? [];
  return [
    http.get(path, ({ params }) => HttpResponse.json({ items: of(params) })),
    http.get(`${path}/:item`, ({ params }) =>
      HttpResponse.json({
        item: of(params).find(({ id }) => id === params['item']),
        text: '{"id":"op1","password":"••••••••"',
        complete: false,
      }),
    ),
    http.post<PathParams, { action: string }>(`${path}/:item`, async ({ params, request }) => {
      const { action } = await request.json();
      if (action === 'retry') {
        return HttpResponse.json(
          { type: 'urn:ocim:conflict', title: 'Conflict', status: 409, detail: 'It still can’t be decoded.' },
          { status: 409, headers: { 'Content-Type': 'application/problem+json' } },
        );
      }
      const id = params['id'];
      world().damaged[typeof id === 'string' ? id : ''] = of(params).filter((d) => d.id !== params['item']);
      return new HttpResponse(null, { status: 204 });
    }),
  ];
}

function page(): InstallationPage {
  return {
    checkedAt: ago(0),
    address: '203.0.113.7',
    configuration: [
      { name: 'address', state: 'missing', text: 'OCIM_PUBLIC_URL is http://127.0.0.1:8080.' },
      { name: 'mail', state: 'note', text: 'No mail server.' },
    ],
    health: [{ name: 'schedule', state: 'ok', text: 'The last run of sync ended 12 s ago.' }],
  };
}

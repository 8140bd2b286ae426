import { http, HttpResponse } from 'msw';
import type { View, ViewBody } from '@/api/types';
import { problem } from './problem';
import { ago, type World } from './world';

const at = '*/function/clusters/v1/views';

function keep(world: World, view: View, { name, query, shared = false, default: first }: ViewBody): View {
  Object.assign(view, { name, query, shared, updatedAt: ago(0) });
  if (first === true) world.defaultView = view.id;
  if (first === false && world.defaultView === view.id) world.defaultView = undefined;
  return view;
}

export function viewHandlers(world: () => World) {
  const find = (id: string) =>
    world().views.find((v) => v.id === id && (v.shared || v.owner === world().user.id));
  const may = (view: View) => view.owner === world().user.id || world().user.role === 'administrator';
  const refusal = () => problem(403, 'The view belongs to somebody else. Keep your own under another name.');
  return [
    http.get(at, () => {
      const { views, defaultView, user } = world();
      const seen = views.filter((v) => v.shared || v.owner === user.id);
      return HttpResponse.json({
        views: seen,
        ...(defaultView === undefined ? {} : { default: defaultView }),
      });
    }),
    http.post<never, ViewBody>(at, async ({ request }) => {
      const { views, user } = world();
      const view = { id: `v${views.length + 1}`, owner: user.id, ownerName: user.name } as View;
      keep(world(), view, await request.json());
      views.push(view);
      return HttpResponse.json(view, { status: 201 });
    }),
    http.put<{ id: string }, ViewBody>(`${at}/:id`, async ({ params, request }) => {
      const view = find(params.id);
      if (!view) return problem(404, 'There is no such view.');
      const body = await request.json();
      const same =
        view.name === body.name && view.query === body.query && view.shared === (body.shared ?? false);
      if (!same && !may(view)) return refusal();
      return HttpResponse.json(keep(world(), view, body));
    }),
    http.delete<{ id: string }>(`${at}/:id`, ({ params }) => {
      const view = find(params.id);
      if (!view) return problem(404, 'There is no such view.');
      if (!may(view)) return refusal();
      world().views = world().views.filter((v) => v !== view);
      if (world().defaultView === view.id) world().defaultView = undefined;
      return new HttpResponse(null, { status: 204 });
    }),
  ];
}

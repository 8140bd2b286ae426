import { http, HttpResponse } from 'msw';
import { firstFailed } from './logs';
import { problem } from './problem';
import { startCreate } from './progress';
import type { World } from './world';

const at = (path: string) => `*/function/pipelines/v1/clusters/:c${path}`;

interface Wanted {
  instance?: string;
  overrides?: Record<string, unknown>;
  reason?: string;
}

export function refusal(world: World, cluster: string, wanted: Wanted) {
  const errors = Object.entries(wanted.overrides ?? {}).flatMap(([key, value]) => {
    if (!/^[A-Z][A-Z0-9_]*$/.test(key))
      return [{ field: `overrides.${key}`, message: 'Keys are upper case.' }];
    if (/^(CI|GITLAB)_/.test(key))
      return [{ field: `overrides.${key}`, message: 'This key belongs to GitLab.' }];
    if (String(value).includes('$'))
      return [{ field: `overrides.${key}`, message: 'GitLab would expand the $.' }];
    return [];
  });
  if (world.instances.some((i) => i.cluster === cluster && i.name === wanted.instance)) {
    errors.push({ field: 'instance', message: 'This cluster already has an instance with this name.' });
  }
  return errors.length > 0 ? problem(422, 'Some of the input is wrong.', errors) : undefined;
}

export function pipelineHandlers(world: () => World) {
  return [
    http.post<{ c: string }, Wanted>(at('/operations'), async ({ params, request }) => {
      const w = world();
      const key = request.headers.get('Idempotency-Key') ?? '';
      const earlier = w.operations.find((o) => o.id === w.keys.get(key));
      if (earlier) return HttpResponse.json(earlier);
      const wanted = await request.json();
      const refused = refusal(w, params.c, wanted);
      if (refused) return refused;
      const operation = startCreate(w, params.c, wanted.instance ?? '', wanted.reason);
      w.keys.set(key, operation.id);
      return HttpResponse.json(operation, { status: 202 });
    }),
    http.get('*/function/pipelines/v1/queue', ({ request }) => {
      const cluster = new URL(request.url).searchParams.get('cluster');
      const open = world().operations.filter(
        (o) => o.endedAt === undefined && (cluster === null || o.cluster === cluster),
      );
      return HttpResponse.json({ operations: open.reverse() });
    }),
    http.get<{ c: string }>(at('/operations'), ({ params }) =>
      HttpResponse.json({ operations: world().operations.filter((o) => o.cluster === params.c) }),
    ),
    http.get<{ c: string; o: string }>(at('/operations/:o'), ({ params }) => {
      const operation = world().operations.find((o) => o.cluster === params.c && o.id === params.o);
      if (!operation) return problem(404, 'There is no such operation.');
      const pipelines = world().pipelines.filter(
        (p) => p.cluster === params.c && operation.pipelines?.includes(p.id),
      );
      return HttpResponse.json({ operation, pipelines, files: [], effects: [], actions: [], ahead: 0 });
    }),
    http.get<{ c: string }>(at('/pipelines'), ({ params }) =>
      HttpResponse.json({ pipelines: world().pipelines.filter((p) => p.cluster === params.c) }),
    ),
    http.get<{ c: string; p: string }>(at('/pipelines/:p'), ({ params }) => {
      const pipeline = world().pipelines.find((p) => p.cluster === params.c && String(p.id) === params.p);
      if (!pipeline) return problem(404, 'There is no such pipeline.');
      const failed = firstFailed(pipeline);
      return HttpResponse.json({ pipeline, children: [], actions: [], ...(failed ? { failed } : {}) });
    }),
  ];
}

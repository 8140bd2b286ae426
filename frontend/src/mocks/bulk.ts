import { http, HttpResponse } from 'msw';
import type { Bulk, BulkAct, BulkGroup, BulkPreview, BulkTarget, BulkRequest, Target } from '@/api/types';
import { problem } from './problem';
import { ago, type World } from './world';

const base = '*/function/pipelines/v1/bulk-changes';

function isArchived(world: World, { cluster, instance }: Target): boolean {
  return world.instances.some(
    (i) => i.cluster === cluster && i.name === instance && i.lifecycle === 'archived',
  );
}

function dealt(world: World, input: BulkRequest): BulkTarget[] {
  let place = 0;
  const { canary } = input;
  const first = ({ cluster, instance }: Target) =>
    canary?.cluster === cluster && canary.instance === instance ? 0 : 1;
  const targets = [...input.targets].sort((a, b) => first(a) - first(b));
  return targets.map((target) => {
    if (isArchived(world, target) !== (input.kind === 'unarchive')) {
      return { ...target, wave: 0, attempt: 0, state: 'skipped', detail: `${target.instance} is archived` };
    }
    const wave = place === 0 ? 0 : 1 + Math.floor((place - 1) / input.batch);
    place++;
    return { ...target, wave, attempt: 0, state: wave === 0 ? 'running' : 'waiting' };
  });
}

function previewOf(world: World, input: BulkRequest): BulkPreview {
  const targets = dealt(world, input);
  const group = (skipped: boolean): BulkGroup => ({
    targets: targets
      .filter((t) => (t.state === 'skipped') === skipped)
      .map(({ cluster, instance }) => ({ cluster, instance })),
    files:
      skipped || input.kind !== 'update'
        ? []
        : [
            {
              path: `instances/${targets[0]?.instance ?? ''}/config.yml`,
              action: 'update',
              instance: targets[0]?.instance ?? '',
              keys: ['X'],
              diff: `@@ -1,1 +1,2 @@\n A: 1\n+${(input.changes ?? []).map((c) => `${c.path.join('.')}: ${JSON.stringify(c.value)}`).join('\n+')}\n`,
            },
          ],
    effects: [{ effect: 'restart', text: 'Services restart one after another' }],
    warnings: skipped
      ? [{ code: 'archived', blocking: true, message: 'x is archived; unarchive it first' }]
      : [],
    ...(skipped
      ? {}
      : {
          request: {
            method: 'POST',
            path: '/api/v4/projects/4201/repository/commits',
            body: { branch: 'main' },
          },
        }),
    skipped,
  });
  const waves: Target[][] = [];
  for (const { cluster, instance, wave, state } of targets) {
    if (state !== 'skipped') (waves[wave] ??= []).push({ cluster, instance });
  }
  return {
    hash: hashOf(input),
    warnings:
      input.kind === 'archive'
        ? [{ code: 'dataUncertain', blocking: false, message: 'The instances stop and leave git' }]
        : [],
    estimate: { seconds: 300 * waves.length, runs: 3 },
    groups: [group(false), group(true)].filter((g) => g.targets.length > 0),
    waves,
  };
}

function hashOf(input: BulkRequest): string {
  return `b${JSON.stringify(input).length}`;
}

function act(bulk: Bulk, how: BulkAct, by: string): boolean {
  switch (how) {
    case 'pause':
      Object.assign(bulk, { state: 'paused', detail: `Paused by ${by}` });
      break;
    case 'resume':
      bulk.state = 'running';
      delete bulk.detail;
      break;
    case 'abort':
      Object.assign(bulk, { state: 'aborted', detail: `Aborted by ${by}` });
      for (const t of bulk.targets) if (t.state === 'waiting') t.state = 'skipped';
      break;
    case 'retry':
      for (const t of bulk.targets) {
        if (t.state === 'failed') Object.assign(t, { state: 'waiting', attempt: t.attempt + 1 });
      }
      bulk.state = 'running';
      delete bulk.detail;
  }
  return true;
}

export function bulkHandlers(world: () => World) {
  return [
    http.post<never, BulkRequest>(`${base}/preview`, async ({ request }) =>
      HttpResponse.json(previewOf(world(), await request.json())),
    ),
    http.post<never, BulkRequest & { previewHash: string }>(base, async ({ request }) => {
      const w = world();
      const { previewHash, ...input } = await request.json();
      const key = request.headers.get('Idempotency-Key') ?? '';
      const earlier = w.bulks.find((b) => b.id === w.keys.get(key));
      if (earlier) return HttpResponse.json(earlier);
      if (previewHash !== hashOf(input)) {
        return problem(
          409,
          'What would be sent is not what was previewed any more; look at the preview again.',
        );
      }
      const bulk: Bulk = {
        id: `b${w.bulks.length + 1}`,
        state: 'running',
        kind: input.kind,
        ...(input.changes
          ? {
              keys: input.changes.map((c) => `${c.unset === true ? '-' : '+'}${c.file}: ${c.path.join('.')}`),
            }
          : {}),
        ...(input.reason === undefined ? {} : { reason: input.reason }),
        requestedBy: w.user.email,
        requestedAt: ago(0),
        batch: input.batch,
        pauseAfter: input.pauseAfter,
        ...(input.ignoreHealth === undefined ? {} : { ignoreHealth: input.ignoreHealth }),
        values: (input.changes ?? []).map((c) => ({
          key: `${c.file}: ${c.path.join('.')}`,
          ...(c.unset === true ? {} : { after: JSON.stringify(c.value) }),
        })),
        seconds: 900,
        targets: dealt(w, input),
      };
      w.bulks.unshift(bulk);
      w.keys.set(key, bulk.id);
      return HttpResponse.json(bulk, { status: 202 });
    }),
    http.get(base, () => HttpResponse.json({ bulkChanges: world().bulks })),
    http.get<{ b: string }>(`${base}/:b`, ({ params }) => {
      const bulk = world().bulks.find((b) => b.id === params.b);
      return bulk ? HttpResponse.json(bulk) : problem(404, 'There is no such bulk change.');
    }),
    http.post<{ b: string; act: BulkAct }>(`${base}/:b/:act`, ({ params }) => {
      const bulk = world().bulks.find((b) => b.id === params.b);
      if (!bulk) return problem(404, 'There is no such bulk change.');
      act(bulk, params.act, world().user.email);
      return HttpResponse.json(bulk);
    }),
  ];
}

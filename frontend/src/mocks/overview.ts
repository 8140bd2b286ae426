import { http, HttpResponse } from 'msw';
import type { Activity, Attention, Instance, Overview } from '@/api/types';
import { isMoving } from '@/api/status';
import type { World } from './world';

function count(instances: readonly Instance[], by: (i: Instance) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const i of instances) counts[by(i)] = (counts[by(i)] ?? 0) + 1;
  return counts;
}

function reasonsOf({ cluster, name, health, drift, pipeline, problems }: Instance): Attention[] {
  const about = { cluster, instance: name };
  const reasons: Attention[] = [];
  if (health.state === 'failed' || health.state === 'degraded') {
    reasons.push({
      ...about,
      reason: 'health',
      severity: health.state,
      detail: health.reason ?? '',
      ...(health.nextStep === undefined ? {} : { nextStep: health.nextStep }),
      ...(health.at === undefined ? {} : { since: health.at }),
    });
  }
  if (pipeline?.status === 'failed') {
    reasons.push({
      ...about,
      reason: 'pipeline',
      severity: 'failed',
      detail: `Pipeline ${pipeline.id} failed.`,
      since: pipeline.updatedAt,
      pipeline: pipeline.id,
    });
  }
  const [first] = problems ?? [];
  if (first) {
    const detail = `${first.file}:${first.line ?? 0}:${first.column ?? 0}: ${first.message}`;
    reasons.push({ ...about, reason: 'files', severity: 'degraded', detail });
  }
  if (drift) {
    reasons.push({
      ...about,
      reason: 'drift',
      severity: 'degraded',
      detail: `${drift.reason}.`,
      nextStep: 'An update brings it back to what git says.',
      since: drift.at,
    });
  }
  return reasons;
}

function overview(world: World): Overview {
  const living = world.instances.filter((i) => i.lifecycle === 'active' || i.lifecycle === 'pending');
  const attention = [
    ...world.clusters
      .filter((c) => c.online.state === 'offline')
      .map((c): Attention => ({
        cluster: c.id,
        reason: 'offline',
        severity: 'failed',
        detail: c.online.reason ?? '',
        ...(c.online.at === undefined ? {} : { since: c.online.at }),
      })),
    ...world.clusters.flatMap((c) =>
      (c.troubles ?? []).map((t): Attention => ({
        cluster: c.id,
        reason: 'project',
        severity: t.severity,
        detail: t.detail,
        ...(t.cure === undefined ? {} : { nextStep: t.cure }),
        ...(t.since === undefined ? {} : { since: t.since }),
      })),
    ),
    ...living.flatMap(reasonsOf),
  ].sort((a, b) => b.severity.localeCompare(a.severity));
  return {
    revision: world.revision,
    clusters: world.clusters.length,
    instances: living.length,
    lifecycles: count(world.instances, (i) => i.lifecycle),
    healths: count(living, (i) => i.health.state),
    pipelines: count(living, (i) => i.pipeline?.status ?? 'none'),
    attention: attention.slice(0, 50),
    attentionTotal: attention.length,
    running: living.flatMap(({ cluster, name, pipeline }) =>
      pipeline && isMoving(pipeline.status) ? [{ cluster, instance: name, pipeline }] : [],
    ),
    activity: world.activity.slice(0, 20),
  };
}

const most = 20;

function activityPage(world: World, query: URLSearchParams) {
  const [clusters, kinds, to] = [query.getAll('cluster'), query.getAll('kind'), query.getAll('to')];
  const instance = query.get('instance');
  const among = (values: string[], value: string) => values.length === 0 || values.includes(value);
  const hits = world.activity.filter(
    (a: Activity) =>
      among(clusters, a.cluster) &&
      among(kinds, a.kind) &&
      among(to, a.to) &&
      (instance === null || instance === a.instance),
  );
  const start = Number(query.get('after') ?? 0);
  const next = start + most < hits.length ? { next: String(start + most) } : {};
  return { activity: hits.slice(start, start + most), ...next };
}

export function overviewHandlers(world: () => World) {
  return [
    http.get('*/function/clusters/v1/overview', () => HttpResponse.json(overview(world()))),
    http.get('*/function/clusters/v1/activity', ({ request }) =>
      HttpResponse.json(activityPage(world(), new URL(request.url).searchParams)),
    ),
  ];
}

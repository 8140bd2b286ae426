import { isStale } from '@/lib/stale';
import { http, HttpResponse } from 'msw';
import type { ClusterTree, Facets, Instance, InstanceDetails, InstancePage } from '@/api/types';
import { problem } from './problem';
import { ago, type World } from './world';

const pageSize = 50;

type Facet = keyof Facets;

const chosenBy: Record<string, Facet> = {
  cluster: 'clusters',
  provider: 'providers',
  release: 'releases',
  lifecycle: 'lifecycles',
  health: 'healths',
  pipeline: 'pipelines',
  drift: 'drifts',
  site: 'sites',
  tag: 'tags',
  plugin: 'plugins',
  tutor: 'tutors',
};

function valueOf(world: World, i: Instance, facet: Facet): string | undefined {
  switch (facet) {
    case 'clusters':
      return i.cluster;
    case 'providers':
      return world.clusters.find((c) => c.id === i.cluster)?.provider;
    case 'releases':
      return i.release;
    case 'lifecycles':
      return i.lifecycle;
    case 'healths':
      return i.health.state;
    case 'pipelines':
      return i.pipeline?.status ?? 'none';
    case 'drifts':
      return i.drift && 'drifted';
    case 'sites':
      return i.site?.state;
    case 'tags':
      return i.annotation?.tags?.[0];
    case 'plugins':
      return undefined;
    case 'tutors':
      return i.tutor;
  }
}

function hasSetting(world: World, i: Instance, term: string): boolean {
  const text = (world.files.get(`${i.cluster}/${i.name}`)?.files ?? []).map((f) => f.text).join('\n');
  const parts = /^([A-Z_]+)([=~])(.*)$/.exec(term);
  if (!parts) return text.toLowerCase().includes(term.toLowerCase());
  const value = new RegExp(`^${parts[1] ?? ''}: (.*)$`, 'm').exec(text)?.[1];
  if (value === undefined) return false;
  return parts[2] === '=' ? value === parts[3] : value.includes(parts[3] ?? '');
}

/** Facets that count nothing yet. */
export function noFacets(): Facets {
  return {
    clusters: {},
    providers: {},
    releases: {},
    lifecycles: {},
    healths: {},
    pipelines: {},
    drifts: {},
    sites: {},
    tags: {},
    plugins: {},
    tutors: {},
  };
}

/** Facets count what choosing a value would show with all the other filters kept. */
function find(world: World, query: URLSearchParams): InstancePage {
  const facets = noFacets();
  const name = query.get('name')?.toLowerCase() ?? '';
  const hits: Instance[] = [];
  for (const i of world.instances) {
    if (!i.name.includes(name) || !query.getAll('setting').every((s) => hasSetting(world, i, s))) continue;
    const missed = Object.entries(chosenBy).filter(([key, facet]) => {
      const wanted = query.getAll(key);
      return wanted.length > 0 && !wanted.includes(valueOf(world, i, facet) ?? '');
    });
    if (missed.length === 0) hits.push(i);
    for (const facet of Object.values(chosenBy)) {
      const value = valueOf(world, i, facet);
      if (value !== undefined && missed.every(([, m]) => m === facet)) {
        facets[facet][value] = (facets[facet][value] ?? 0) + 1;
      }
    }
  }
  hits.sort(comparison(query.get('sort') ?? 'name'));
  if (query.get('descending') === 'true') hits.reverse();
  const start = Number(query.get('after') ?? 0);
  const end = start + Number(query.get('limit') ?? pageSize);
  const instances = hits.slice(start, end);
  const next = end < hits.length ? { next: String(end) } : {};
  return { instances, total: hits.length, facets, revision: world.revision, ...next };
}

function comparison(by: string) {
  const key = (i: Instance): string =>
    ({
      cluster: i.cluster,
      release: i.release ?? '',
      health: i.health.state,
      pipeline: i.pipeline?.status ?? '',
      changed: i.changedAt ?? '',
    })[by] ?? i.name;
  return (a: Instance, b: Instance) => key(a).localeCompare(key(b)) || a.name.localeCompare(b.name);
}

function tree(world: World): ClusterTree {
  return {
    revision: world.revision,
    tag: world.revision.toString(36),
    partial: false,
    clusters: world.clusters.map((c) => ({
      id: c.id,
      name: c.name,
      ...(isStale(world.observedAt, Date.now()) ? { stale: { healthAt: world.observedAt } } : {}),
      ...(c.provider === undefined ? {} : { provider: c.provider }),
      ...(c.pipeline ? { pipeline: c.pipeline.status } : {}),
      problems: c.problems?.length ?? 0,
      online: c.online,
      ...(c.sync.error === undefined ? {} : { syncError: c.sync.error }),
      ...(c.troubles === undefined ? {} : { troubles: c.troubles.map((t) => t.detail) }),
      instances: world.instances
        .filter((i) => i.cluster === c.id)
        .map((i) => ({
          name: i.name,
          lifecycle: i.lifecycle,
          health: i.health.state,
          problems: i.problems !== undefined,
          ...(i.pipeline ? { pipeline: i.pipeline.status } : {}),
        })),
    })),
  };
}

/** What the API answers about an instance. */
export function details(world: World, cluster: string, name: string): InstanceDetails | undefined {
  const instance = world.instances.find((i) => i.cluster === cluster && i.name === name);
  const owner = world.clusters.find((c) => c.id === cluster);
  if (!instance || !owner) return undefined;
  const files = world.files.get(`${cluster}/${name}`);
  return {
    details: {},
    instance,
    ...(files && instance.lifecycle !== 'archived' ? { files } : {}),
    pipelines: world.pipelines.filter(
      (p) => p.cluster === cluster && p.deployments?.some((d) => d.instance === name),
    ),
    operations: world.operations.filter((o) => o.cluster === cluster && o.instance === name),
    sync: owner.sync,
    observedAt: world.observedAt,
  };
}

export function fleetHandlers(world: () => World) {
  return [
    http.get('*/function/clusters/v1/instances', ({ request }) => {
      const url = new URL(request.url);
      const etag = `"${world().revision}"`;
      if (request.headers.get('If-None-Match') === etag) return new HttpResponse(null, { status: 304 });
      return HttpResponse.json(find(world(), url.searchParams), { headers: { ETag: etag } });
    }),
    http.get('*/function/clusters/v1/settings', () => HttpResponse.json({ suggestions: [] })),
    http.get('*/function/clusters/v1/clusters', () => HttpResponse.json(tree(world()))),
    http.get<{ id: string }>('*/function/clusters/v1/clusters/:id', ({ params }) => {
      const cluster = world().clusters.find((c) => c.id === params.id);
      if (!cluster) return problem(404, 'There is no such cluster.');
      const text = `TF_VAR_cluster_name: ${cluster.id}\nTF_VAR_cluster_provider: ${cluster.provider ?? ''}\nTF_VAR_region: ${cluster.region ?? ''}\nTF_VAR_min_worker_node_count: 3\nTF_VAR_max_worker_node_count: 9\n`;
      return HttpResponse.json({
        cluster,
        observedAt: world().observedAt,
        files: { commit: cluster.sync.commit ?? '', files: [{ path: 'cluster.yml', text }] },
        instances: world().instances.filter((i) => i.cluster === cluster.id),
      });
    }),
    http.get<{ c: string; i: string }>('*/function/instances/v1/clusters/:c/instances/:i', ({ params }) => {
      const found = details(world(), params.c, params.i);
      return found
        ? HttpResponse.json(found)
        : problem(404, `There is no instance "${params.i}" in this cluster.`);
    }),
    http.post<{ c: string; i: string }>(
      '*/function/instances/v1/clusters/:c/instances/:i/refresh',
      ({ params }) => {
        const owner = world().clusters.find((c) => c.id === params.c);
        if (owner) owner.sync.succeededAt = ago(0);
        world().usageAt.set(params.c, ago(0));
        const found = details(world(), params.c, params.i);
        const read = { outcome: 'read', asOf: ago(0) } as const;
        return found
          ? HttpResponse.json({ ...found, gitlab: read, cluster: read, usage: read, site: read })
          : problem(404, 'There is no such instance.');
      },
    ),
  ];
}

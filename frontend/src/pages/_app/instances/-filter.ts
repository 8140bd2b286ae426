import type { ClusterBranch, InstanceFilter, Lifecycle } from '@/api/types';
import type { Chip } from '@/components/filters/Chips';
import {
  driftLook,
  healthLooks,
  lifecycleLooks,
  type Look,
  pipelineLook,
  providerWord,
  siteLooks,
} from '@/components/status/looks';
import { maxSettings } from '@/components/instances/settingColumns';
import { defaults, type Search } from './-search';
import * as texts from '@/texts/instances';

const lifecycles = ['pending', 'active', 'archived', 'deleted'] as const;
const healths = ['healthy', 'progressing', 'degraded', 'failed', 'unknown'] as const;
const drifts = ['drifted'] as const;
const sites = ['up', 'degraded', 'down', 'unknown'] as const;

/** Of a site that needs a person. */
export const failingSites = ['down', 'degraded'];

/** What is asked of the API; nonsense from a mistyped link is left out. */
export function filterOf(search: Search): InstanceFilter {
  const { view: _view, peek: _peek, ...filters } = search;
  const filter = {
    ...filters,
    lifecycle: lifecyclesOf(search),
    sort: search.sort ?? defaults.sort,
    health: search.health?.filter((v) => (healths as readonly string[]).includes(v)),
    drift: search.drift?.filter((v) => (drifts as readonly string[]).includes(v)),
    site: search.site?.filter((v) => (sites as readonly string[]).includes(v)),
    column: search.column?.slice(0, maxSettings),
  };
  return Object.fromEntries(
    Object.entries(filter).filter(([, v]) => v !== undefined && v !== '' && v !== false),
  );
}

/** Live instances unless a person chose otherwise: archived and deleted ones are behind the filter. */
function lifecyclesOf({ lifecycle }: Search): Lifecycle[] {
  const chosen = lifecycles.filter((v) => lifecycle?.includes(v));
  return chosen.length > 0 ? chosen : ['pending', 'active'];
}

export function isFiltered(search: Search): boolean {
  const {
    sort: _sort,
    descending: _descending,
    view: _view,
    peek: _peek,
    column: _column,
    ...filters
  } = search;
  return Object.values(filters).some((v) => v !== undefined && v !== '' && v !== false && v.valueOf() !== 0);
}

type ListKey =
  | 'cluster'
  | 'provider'
  | 'release'
  | 'lifecycle'
  | 'health'
  | 'pipeline'
  | 'drift'
  | 'site'
  | 'tag'
  | 'plugin'
  | 'tutor'
  | 'setting';

export type Words = Record<ListKey, (value: string) => string>;

/** What the values of each filter are called. */
export const wordsOf = (clusters: ReadonlyMap<string, ClusterBranch>): Words => ({
  cluster: (v) => clusters.get(v)?.name ?? v,
  provider: providerWord,
  release: (v) => v,
  lifecycle: (v) => wordIn(lifecycleLooks, v),
  health: (v) => wordIn(healthLooks, v),
  pipeline: (v) => (v === 'none' ? texts.noPipeline : pipelineLook(v).word),
  drift: () => driftLook.word,
  site: (v) => wordIn(siteLooks, v),
  tag: (v) => v,
  plugin: (v) => v,
  tutor: (v) => v,
  setting: (v) => v,
});

function wordIn(looks: Partial<Record<string, Look>>, value: string): string {
  return looks[value]?.word ?? value;
}

/** A chip for each filter that holds. */
export function chipsOf(search: Search, change: (next: Partial<Search>) => void, wordOf: Words): Chip[] {
  const chips: Chip[] = [];
  if (search.name !== undefined && search.name !== '') {
    chips.push({ id: 'name', label: texts.name2(search.name), onRemove: () => change({ name: undefined }) });
  }
  for (const key of Object.keys(wordOf) as ListKey[]) {
    for (const value of search[key] ?? []) {
      chips.push({
        id: `${key} ${value}`,
        label: `${titles[key]}: ${wordOf[key](value)}`,
        onRemove: () => change({ [key]: search[key]?.filter((other) => other !== value) }),
      });
    }
  }
  if (search.problems === true) {
    chips.push({
      id: 'problems',
      label: texts.problemsInFiles,
      onRemove: () => change({ problems: undefined }),
    });
  }
  return chips;
}

const titles: Record<ListKey, string> = {
  cluster: texts.cluster,
  provider: texts.provider,
  release: texts.release,
  lifecycle: texts.lifecycle,
  health: texts.health,
  pipeline: texts.pipeline,
  drift: texts.drift,
  site: texts.site,
  tag: texts.tag,
  plugin: texts.plugin,
  tutor: texts.tutor,
  setting: texts.configuration,
};

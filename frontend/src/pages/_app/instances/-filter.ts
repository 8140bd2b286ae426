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

export interface Filter {
  title: string;
  /** What a value is called; the value itself unless given. */
  word?: (value: string) => string;
}

/** The filters that take any number of values. */
export const filtersOf = (clusters: ReadonlyMap<string, ClusterBranch>) =>
  ({
    cluster: { title: texts.cluster, word: (v) => clusters.get(v)?.name ?? v },
    provider: { title: texts.provider, word: providerWord },
    release: { title: texts.release },
    lifecycle: { title: texts.lifecycle, word: (v) => wordIn(lifecycleLooks, v) },
    health: { title: texts.health, word: (v) => wordIn(healthLooks, v) },
    pipeline: {
      title: texts.pipeline,
      word: (v) => (v === 'none' ? texts.noPipeline : pipelineLook(v).word),
    },
    drift: { title: texts.drift, word: () => driftLook.word },
    site: { title: texts.site, word: (v) => wordIn(siteLooks, v) },
    tag: { title: texts.tag },
    plugin: { title: texts.plugin },
    tutor: { title: texts.tutor },
    setting: { title: texts.configuration },
  }) satisfies Partial<Record<keyof Search, Filter>>;

export type Filters = Record<keyof ReturnType<typeof filtersOf>, Filter>;

function wordIn(looks: Partial<Record<string, Look>>, value: string): string {
  return looks[value]?.word ?? value;
}

/** A chip for each filter that holds. */
export function chipsOf(search: Search, change: (next: Partial<Search>) => void, filters: Filters): Chip[] {
  const chips: Chip[] = [];
  if (search.name !== undefined && search.name !== '') {
    chips.push({ id: 'name', label: texts.name2(search.name), onRemove: () => change({ name: undefined }) });
  }
  for (const key of Object.keys(filters) as (keyof Filters)[]) {
    const { title, word } = filters[key];
    for (const value of search[key] ?? []) {
      chips.push({
        id: `${key} ${value}`,
        label: `${title}: ${word?.(value) ?? value}`,
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

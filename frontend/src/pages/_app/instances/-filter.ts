import type { ClusterBranch, InstanceFilter } from '@/api/types';
import type { Chip } from '@/components/filters/Chips';
import {
  driftLook,
  healthLooks,
  lifecycleLooks,
  type Look,
  pipelineLook,
  providerWord,
} from '@/components/status/looks';
import type { Search } from './-search';
import * as texts from '@/texts/instances';

const lifecycles = ['pending', 'active', 'archived', 'deleted'] as const;
const healths = ['healthy', 'progressing', 'degraded', 'failed', 'unknown'] as const;
const drifts = ['drifted'] as const;

/** What is asked of the API; nonsense from a mistyped link is left out. */
export function filterOf(search: Search): InstanceFilter {
  const { view: _view, ...filters } = search;
  const filter = {
    ...filters,
    lifecycle: search.lifecycle?.filter((v) => (lifecycles as readonly string[]).includes(v)),
    health: search.health?.filter((v) => (healths as readonly string[]).includes(v)),
    drift: search.drift?.filter((v) => (drifts as readonly string[]).includes(v)),
  };
  return Object.fromEntries(
    Object.entries(filter).filter(([, v]) => v !== undefined && v !== '' && v !== false),
  );
}

export function isFiltered(search: Search): boolean {
  const { sort: _sort, descending: _descending, view: _view, ...filters } = search;
  return Object.values(filters).some((v) => v !== undefined && v !== '' && v !== false && v.valueOf() !== 0);
}

type ListKey = 'cluster' | 'provider' | 'release' | 'lifecycle' | 'health' | 'pipeline' | 'drift' | 'setting';

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
      label: texts.filesWithProblems,
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
  pipeline: texts.pipeline2,
  drift: texts.drift2,
  setting: texts.configuration,
};

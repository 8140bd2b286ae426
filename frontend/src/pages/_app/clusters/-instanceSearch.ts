import type { PodLogPlace } from '@/api/queries/runtime';
import { flag, oneOf, searchOf, word } from '@/lib/readSearch';
import { askedActions } from '@/components/operations/asked';
import type { RawSearch } from '@/lib/search';

export const instanceTabs = ['configuration', 'details', 'usage', 'timeline', 'deployments'] as const;

const readAll = searchOf({
  /** Absent is what runs. */
  tab: oneOf(instanceTabs),
  file: word,
  operation: word,
  /** The action whose dialog is open. */
  ask: oneOf(askedActions),
  /** The pod that is open, the container whose log is, and which part of it. */
  pod: word,
  log: word,
  previous: flag,
  lines: word,
  /** Days of usage. */
  days: word,
});

export type InstanceSearch = ReturnType<typeof readAll>;

/** Reads the search of an instance's page. */
export function readInstanceSearch(raw: RawSearch): InstanceSearch {
  const search = readAll(raw);
  return { ...search, tab: search.tab ?? (search.file === undefined ? undefined : 'configuration') };
}

/** The log that an address opens. `first` as a container is the pod's first. */
export function logPlace({ pod, log, previous, lines }: InstanceSearch): PodLogPlace | undefined {
  if (pod === undefined || log === undefined) return undefined;
  const count = Number(lines);
  return {
    pod,
    container: log === 'first' ? undefined : log,
    previous: previous ?? false,
    lines: Number.isInteger(count) && count >= 1 && count <= 2000 ? count : 200,
  };
}

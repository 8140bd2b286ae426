import type { PodLogPlace } from '@/api/queries/runtime';
import { flag, oneOf, word } from '@/lib/readSearch';
import { type AskedAction, askedActions } from '@/components/operations/asked';
import type { RawSearch } from '@/lib/search';

export const instanceTabs = ['configuration', 'details', 'usage', 'timeline', 'deployments'] as const;

/** What the address of an instance's page says. */
export interface InstanceSearch {
  /** Absent is what runs. */
  tab?: (typeof instanceTabs)[number] | undefined;
  file?: string | undefined;
  operation?: string | undefined;
  /** The action whose dialog is open. */
  ask?: AskedAction | undefined;
  /** The pod that is open, the container whose log is, and which part of it. */
  pod?: string | undefined;
  log?: string | undefined;
  previous?: boolean | undefined;
  lines?: string | undefined;
  /** Days of usage. */
  days?: string | undefined;
}

export function readInstanceSearch(raw: RawSearch): InstanceSearch {
  const file = word(raw, 'file');
  return {
    tab: oneOf(raw, 'tab', instanceTabs) ?? (file === undefined ? undefined : 'configuration'),
    file,
    operation: word(raw, 'operation'),
    ask: oneOf(raw, 'ask', askedActions),
    pod: word(raw, 'pod'),
    log: word(raw, 'log'),
    previous: flag(raw, 'previous'),
    lines: word(raw, 'lines'),
    days: word(raw, 'days'),
  };
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

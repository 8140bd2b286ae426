import type { UsageContract } from '@/api/types';
import { measures } from '@/components/usage/measures';
import { type Pair, pairProblems, pairsOf, valuesOf } from './-Pairs';
import * as texts from '@/texts/projects';

type FieldName = keyof UsageContract['fields'];

/** Where a row of the report has its values. */
export const reportFields: readonly { name: FieldName; label: string; description?: string }[] = [
  { name: 'instance', label: texts.instanceName, description: texts.notNeededWhenRowsAre },
  ...measures.map(({ key, name, about }) => ({ name: key, label: name, description: `${about}.` })),
];

/** How the usage report is asked for and read, while that is edited. */
export interface UsageDraft {
  function: string;
  query: readonly Pair[];
  rows: string;
  fields: Readonly<Record<FieldName, string>>;
  /** Some days up to yesterday, or the last full month. */
  period: 'days' | 'month';
  days: string;
  history: boolean;
}

export function usageDraft({ fields, ...usage }: UsageContract): UsageDraft {
  const { days = 0, history = false, query = {}, rows = '' } = usage;
  const none = { instance: '', users: '', activeUsers: '', courses: '', hits: '' };
  return {
    function: usage.function,
    query: pairsOf(query),
    rows,
    fields: { ...none, ...fields },
    period: days === 0 ? 'month' : 'days',
    days: String(days === 0 ? 30 : days),
    history,
  };
}

export function usageOf(draft: UsageDraft): UsageContract {
  const fields = Object.entries(draft.fields).map(([name, path]) => [name, path.trim()] as const);
  return {
    function: draft.function.trim(),
    query: valuesOf(draft.query),
    rows: draft.rows.trim(),
    fields: Object.fromEntries(fields.filter(([, path]) => path !== '')),
    days: draft.period === 'month' ? 0 : Number(draft.days.trim()),
    history: draft.history,
  };
}

/** Whether two contracts say the same, in whatever order. */
export function same(a: UsageContract, b: UsageContract): boolean {
  return text(a) === text(b);
}

function text(usage: UsageContract): string {
  const { query, fields, ...others } = usageOf(usageDraft(usage));
  const sorted = [query ?? {}, fields, others].map((part) => Object.entries(part).sort(byName));
  return JSON.stringify(sorted);
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

export function parameterPath(id: number): string {
  return `usage.query#${id}`;
}

/** What a contract cannot even hold, by the path the API would name; the rest is the API's to say. */
export function usageProblems({ query, period, ...draft }: UsageDraft): Record<string, string> {
  const days = draft.days.trim();
  const problems: Record<string, string> = {};
  for (const [id, problem] of pairProblems(query)) problems[parameterPath(id)] = problem;
  if (period === 'days' && !(/^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= 366)) {
    problems['usage.days'] = texts.enterAWholeNumberFrom;
  }
  return problems;
}

import type { Contract, ContractPage, Mechanism, OperationKind } from '@/api/types';
import { type Pair, pairProblems, pairsOf, valuesOf } from './-Pairs';
import * as texts from '@/texts/projects';

export const kinds: readonly OperationKind[] = [
  'create',
  'update',
  'archive',
  'unarchive',
  'delete',
  'buildImages',
  'reprovision',
];

/** How an operation is asked for, while it is edited. */
export interface MechanismDraft {
  /** Whether it is other than the default. */
  own: boolean;
  by: Mechanism['by'];
  message: string;
  variables: readonly Pair[];
}

type Routes = NonNullable<Contract['routes']>;

/** How a create hands its settings on, while it is edited: as JSON. */
export interface RoutesDraft {
  /** Whether they are other than the default. */
  own: boolean;
  text: string;
}

export interface ContractDraft {
  allowReprovision: boolean;
  routes: RoutesDraft;
  operations: ReadonlyMap<OperationKind, MechanismDraft>;
}

export function mechanismDraft(mechanism: Mechanism | undefined, own: boolean): MechanismDraft {
  const { by = 'trigger', message = '', variables = {} } = mechanism ?? {};
  return { own, by, message, variables: pairsOf(variables) };
}

export function routesDraft(routes: Routes | undefined, own: boolean): RoutesDraft {
  return { own, text: JSON.stringify(routes ?? [], null, 2) };
}

export function draftOf({ contract, changed }: ContractPage): ContractDraft {
  const own = changed?.operations ?? {};
  return {
    allowReprovision: contract.allowReprovision ?? false,
    routes: routesDraft(contract.routes, changed?.routes !== undefined),
    operations: new Map(
      kinds.map((kind) => [kind, mechanismDraft(contract.operations?.[kind], kind in own)]),
    ),
  };
}

/** The contract of a draft: only what is other than the default. */
export function contractOf({ allowReprovision, routes, operations }: ContractDraft): Contract {
  const own = [...operations].filter(([, draft]) => draft.own);
  return {
    allowReprovision,
    ...(routes.own ? { routes: listOf(routes.text) ?? [] } : {}),
    operations: Object.fromEntries(own.map(([kind, draft]) => [kind, mechanismOf(draft)])),
  };
}

function mechanismOf({ by, message, variables }: MechanismDraft): Mechanism {
  if (by === 'commit') return { by, message };
  return { by, variables: valuesOf(variables) };
}

/** The list that a text of JSON holds; undefined when it holds none. */
function listOf(text: string): Routes | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? (list as Routes) : undefined;
  } catch {
    return undefined;
  }
}

/** What a draft cannot even hold, by the path the API would name; the rest is the API's to say. */
export function problemsOf({ routes, operations }: ContractDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  if (routes.own && listOf(routes.text) === undefined) problems.routes = texts.enterAJsonList;
  for (const [kind, { own, by, variables }] of operations) {
    if (!own || by === 'commit') continue;
    for (const [id, problem] of pairProblems(variables)) problems[rowPath(kind, id)] = problem;
  }
  return problems;
}

export function rowPath(kind: OperationKind, id: number): string {
  return `operations.${kind}.variables#${id}`;
}

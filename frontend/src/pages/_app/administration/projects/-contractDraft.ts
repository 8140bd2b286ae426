import type { Contract, ContractPage, Mechanism, OperationKind } from '@/api/types';
import { type Pair, pairProblems, pairsOf, valuesOf } from './-Pairs';

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

export interface ContractDraft {
  allowReprovision: boolean;
  operations: ReadonlyMap<OperationKind, MechanismDraft>;
}

export function mechanismDraft(mechanism: Mechanism | undefined, own: boolean): MechanismDraft {
  const { by = 'trigger', message = '', variables = {} } = mechanism ?? {};
  return { own, by, message, variables: pairsOf(variables) };
}

export function draftOf({ contract, changed }: ContractPage): ContractDraft {
  const own = changed?.operations ?? {};
  return {
    allowReprovision: contract.allowReprovision ?? false,
    operations: new Map(
      kinds.map((kind) => [kind, mechanismDraft(contract.operations?.[kind], kind in own)]),
    ),
  };
}

/** The contract of a draft: only what is other than the default. */
export function contractOf({ allowReprovision, operations }: ContractDraft): Contract {
  const own = [...operations].filter(([, draft]) => draft.own);
  return {
    allowReprovision,
    operations: Object.fromEntries(own.map(([kind, draft]) => [kind, mechanismOf(draft)])),
  };
}

function mechanismOf({ by, message, variables }: MechanismDraft): Mechanism {
  if (by === 'commit') return { by, message };
  return { by, variables: valuesOf(variables) };
}

/** What a map of variables cannot even hold, by the path the API would name; the rest is the API's to say. */
export function problemsOf({ operations }: ContractDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const [kind, { own, by, variables }] of operations) {
    if (!own || by === 'commit') continue;
    for (const [id, problem] of pairProblems(variables)) problems[rowPath(kind, id)] = problem;
  }
  return problems;
}

export function rowPath(kind: OperationKind, id: number): string {
  return `operations.${kind}.variables#${id}`;
}

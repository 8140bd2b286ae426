import type { Operation, Pipeline } from '@/api/types';

/** Whether an operation left a configuration in git that one can go back to. */
export function reachedGit({ kind, state, commit }: Operation): boolean {
  return (state === 'succeeded' || commit !== undefined) && ['create', 'update', 'unarchive'].includes(kind);
}

/** Whether what an operation wanted is what runs, until the next one. */
export function isDeployed(operation: Operation): boolean {
  return operation.state === 'succeeded' && reachedGit(operation);
}

/** Whether a pipeline's commit holds a configuration that was deployed. */
export function hasDeployed({ status, source, parent, operation }: Pipeline): boolean {
  const kinds = ['create', 'update', 'unarchive'];
  const own = parent === undefined && source !== 'trigger' && source !== 'parent_pipeline';
  return own && status === 'success' && kinds.includes(operation ?? '');
}

/**
 * The version before the one that git has: an operation, else the commit of a pipeline. After an operation
 * that failed, git has what it wanted, and what runs is the version before.
 */
export function previousVersion(
  operations: readonly Operation[],
  pipelines: readonly Pipeline[],
): { to: string; pipeline: number | undefined } | undefined {
  const inGit = operations.findIndex(reachedGit);
  const before = inGit < 0 ? undefined : operations.slice(inGit + 1).find(isDeployed);
  if (before) return { to: before.id, pipeline: before.pipelines?.at(-1) };
  const [, earlier] = pipelines.filter(hasDeployed);
  return earlier && { to: earlier.sha, pipeline: earlier.id };
}

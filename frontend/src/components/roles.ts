import type { Grants, Role } from '@/api/types';
import * as texts from '@/texts/common';

export const roleWords: Record<Role, string> = {
  viewer: texts.viewer,
  operator: texts.operator,
  administrator: texts.administrator,
};

export const roleHelp: Record<Role, string> = {
  viewer: texts.canViewEverythingExceptSecrets,
  operator: texts.canAlsoRunOperations,
  administrator: texts.canAlsoManageProjectsAnd,
};

function roleWord(role: string): string {
  return role in roleWords ? roleWords[role as Role] : role;
}

/** “Viewer, and Operator on learn-do”. */
export function rolesInWords({ role, clusters = {} }: Grants): string {
  const own = Object.entries(clusters).map(([cluster, r]) => texts.on(roleWord(r), cluster));
  const all = role === undefined ? own : [roleWord(role), ...own];
  return all.length > 0 ? all.join(', ') : texts.noRole;
}

const ranks: readonly string[] = ['viewer', 'operator', 'administrator'];

/** Whether somebody may do what the role may: everywhere, or on the cluster when one is given. */
export function may(grants: Grants, role: Role, cluster?: string): boolean {
  const own = cluster === undefined ? undefined : grants.clusters?.[cluster];
  return [grants.role, own].some((r) => r !== undefined && ranks.indexOf(r) >= ranks.indexOf(role));
}

/** Whether somebody may do what the role may on some cluster at least. */
export function maySomewhere(grants: Grants, role: Role): boolean {
  return (
    may(grants, role) || Object.keys(grants.clusters ?? {}).some((cluster) => may(grants, role, cluster))
  );
}

import { useSyncExternalStore } from 'react';
import { session } from '@/api/client';
import type { Role, User } from '@/api/types';
import { may, maySomewhere } from './roles';

/** Who is logged in. Only for pages within the frame. */
export function useMe(): User | undefined {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  return state.kind === 'in' ? state.user : undefined;
}

/** Whether who is logged in may do what the role may: everywhere, or on the cluster when given. */
export function useMay(role: Role, cluster?: string): boolean {
  const me = useMe();
  return me !== undefined && may(me, role, cluster);
}

/** Whether who is logged in may do what the role may on some cluster at least. */
export function useMaySomewhere(role: Role): boolean {
  const me = useMe();
  return me !== undefined && maySomewhere(me, role);
}

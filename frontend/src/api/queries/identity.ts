import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { read, readPages } from '../read';
import { loadSystem } from '../guest';
import type { AuditFilter } from '../types';

export const meQuery = queryOptions({
  queryKey: ['me'],
  ...read('/auth/v1/me'),
});

/** What Ocim was set up with: this changes only with a deployment. */
export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => loadSystem(signal),
  staleTime: 5 * 60_000,
});

export const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  ...read('/auth/v1/me/sessions'),
});

export const tokensQuery = queryOptions({
  queryKey: ['me', 'tokens'],
  ...read('/auth/v1/me/tokens'),
});

export const passkeysQuery = queryOptions({
  queryKey: ['me', 'passkeys'],
  ...read('/auth/v1/me/passkeys'),
});

export const usersQuery = queryOptions({
  queryKey: ['users'],
  ...read('/auth/v1/users'),
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  ...read('/auth/v1/invitations'),
});

export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', filter],
    ...readPages('/auth/v1/audit', { query: filter }),
  });
}

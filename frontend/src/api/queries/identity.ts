import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, client } from '../client';
import { loadSystem } from '../guest';
import type { AuditFilter } from '../types';
import { pollInterval } from './fleet';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/me', { signal })),
});

/** What Ocim was set up with: this changes only with a deployment. */
export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => loadSystem(signal),
  staleTime: 5 * 60_000,
});

export const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/me/sessions', { signal })),
});

export const tokensQuery = queryOptions({
  queryKey: ['me', 'tokens'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/me/tokens', { signal })),
});

export const passkeysQuery = queryOptions({
  queryKey: ['me', 'passkeys'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/me/passkeys', { signal })),
});

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/users', { signal })),
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/invitations', { signal })),
});

export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) =>
      answer(
        client.GET('/auth/v1/audit', {
          signal,
          params: { query: { ...filter, ...(pageParam === undefined ? {} : { after: pageParam }) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    refetchInterval: pollInterval.calm,
  });
}

import { queryOptions } from '@tanstack/react-query';
import { answer, client } from '../client';

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/state', { signal })),
  staleTime: 60_000,
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/me', { signal })),
});

export const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/me/sessions', { signal })),
});

export const tokensQuery = queryOptions({
  queryKey: ['me', 'tokens'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/me/tokens', { signal })),
});

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/users', { signal })),
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => answer(client.GET('/auth/v1/invitations', { signal })),
});

/** What an invitation link stands for. Asked once: the token is not to be sent about. */
export function invitationQuery(token: string) {
  return queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => answer(client.POST('/auth/v1/invitations/lookup', { signal, body: { token } })),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

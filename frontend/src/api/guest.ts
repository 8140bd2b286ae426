import { api } from './client';
import { ApiError } from './errors';
import * as texts from '@/texts/api';

/** What the log-in page offers. */
export function loadSystem(signal: AbortSignal) {
  return api.get('/auth/v1/state', { signal });
}

/** What the link of an invitation is good for. */
export function lookUpInvitation(token: string, signal: AbortSignal) {
  if (token === '') return Promise.reject(new ApiError(404, texts.theLinkIsIncomplete, undefined));
  return api.post('/auth/v1/invitations/lookup', { signal, body: { token } });
}

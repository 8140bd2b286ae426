import type { Client } from 'openapi-fetch';
import { confirmation, confirmationOf } from './confirmation';
import { errorOf, noAnswer } from './errors';
import { Revalidation } from './revalidation';
import type { paths } from './schema';
import { Session } from './session';

const baseUrl = `${window.location.origin}/function`;

/** How long an answer may take. */
const requestTimeout = 30_000;

export const session = new Session({
  fetch: (request) => window.fetch(request),
  baseUrl,
  locks: 'locks' in navigator ? navigator.locks : undefined,
  channel: 'BroadcastChannel' in window ? new BroadcastChannel('ocim-session') : undefined,
});

const seen = new Revalidation();
session.subscribe(() => {
  if (session.state.kind === 'out') seen.clear();
});

/** Routes that need nobody logged in. A 401 of theirs is about the input. */
const open =
  /\/auth\/v1\/(state|setup|login|password-resets|invitations\/(lookup|redeem)|passkeys\/challenge)/;

async function send(request: Request): Promise<Response> {
  request.headers.set('X-Ocim', '1');
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(requestTimeout)]);
  try {
    return await window.fetch(request, { signal });
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw noAnswer(cause);
  }
}

async function sendAs(request: Request, token: string | undefined): Promise<Response> {
  if (token !== undefined) request.headers.set('Authorization', `Bearer ${token}`);
  return seen.around(request, send);
}

async function authenticated(request: Request): Promise<Response> {
  if (open.test(new URL(request.url).pathname)) return send(request);
  const token = await session.accessToken();
  const again = request.clone();
  const response = await sendAs(request, token);
  if (response.status !== 401) return response;
  await session.renew(token);
  if (session.state.kind !== 'in') return response;
  return sendAs(again, session.state.accessToken);
}

/** Sends a request, and once more after the confirmation that it lacked. */
async function authorized(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await authenticated(request);
  const message = await confirmationOf(response);
  if (message === undefined || !(await confirmation.ask(message))) return response;
  return authenticated(again);
}

/** What openapi-fetch lets a call say, as far as the API needs it. */
interface CallOptions {
  params?: {
    path?: Record<string, string | number>;
    query?: Record<string, string | number | boolean | readonly string[] | undefined>;
    header?: Record<string, string>;
  };
  body?: unknown;
  signal?: AbortSignal;
}

function addressOf(path: string, { path: names = {}, query = {} }: NonNullable<CallOptions['params']>): URL {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name])));
  const address = new URL(baseUrl + filled);
  for (const [key, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) address.searchParams.append(key, String(one));
  }
  return address;
}

const method =
  (name: string) =>
  async (path: string, { params = {}, body, signal }: CallOptions = {}) => {
    const request = new Request(addressOf(path, params), {
      method: name,
      signal: signal ?? null,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...params.header },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const response = await authorized(request);
    // Of a failure, the error reads the body.
    const text = response.ok ? await response.text() : '';
    return { data: text === '' ? undefined : (JSON.parse(text) as unknown), response };
  };

/**
 * The typed client of all functions, with the types of openapi-fetch and the little that the API needs of it. Use it
 * through `answer`.
 */
export const client = {
  GET: method('GET'),
  POST: method('POST'),
  PUT: method('PUT'),
  PATCH: method('PATCH'),
  DELETE: method('DELETE'),
} as Pick<Client<paths>, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'>;

/** Waits for a call of the client and gives its body, or throws an ApiError. */
export async function answer<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await call;
  if (!response.ok) throw await errorOf(response);
  return data as T;
}

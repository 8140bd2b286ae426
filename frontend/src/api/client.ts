import createClient from 'openapi-fetch';
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

/** The typed client of all functions, for who needs more of an answer than its body; the others call `api`. */
export const client = createClient<paths>({ baseUrl, fetch: authorized });

type Call<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** Waits for a call of the client and gives its body, or throws an ApiError. */
export async function answer<T>(call: Call<T>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw await errorOf(restored(response, error));
  return data as T;
}

const answered =
  <Args extends unknown[], T>(method: (...args: Args) => Call<T>) =>
  (...args: Args) =>
    answer(method(...args));

/** Calls a route of a function and gives the body of its answer, or throws an ApiError. */
export const api = {
  get: answered(client.GET),
  post: answered(client.POST),
  put: answered(client.PUT),
  patch: answered(client.PATCH),
  delete: answered(client.DELETE),
};

/** openapi-fetch has read the body of a failure already; this makes it readable again. */
function restored(response: Response, error: unknown): Response {
  const body = typeof error === 'string' ? error : JSON.stringify(error);
  return new Response(body, { status: response.status, headers: response.headers });
}

// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from './errors';
import { Session } from './session';
import type { SignedIn } from './types';

const user = {
  id: 'u1',
  email: 'ada@example.org',
  name: 'Ada',
  disabled: false,
  hasPassword: true,
  hasPasskey: false,
  hasGoogle: false,
  createdAt: '',
};

/** A server that hands out access tokens and, like ours, one refresh cookie that each use replaces. */
class Server {
  cookie: string | undefined = 'c1';
  renewals = 0;
  inFlight = 0;
  most = 0;
  answer: ((path: string) => Response | undefined) | undefined;

  fetch = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname.replace('/function', '');
    this.most = Math.max(this.most, ++this.inFlight);
    const sent = this.cookie;
    await Promise.resolve();
    this.inFlight--;
    const special = this.answer?.(path);
    if (special) return special;
    if (path === '/auth/v1/logout') {
      this.cookie = undefined;
      return new Response(null, { status: 204 });
    }
    if (sent === undefined || sent !== this.cookie) return new Response('{}', { status: 401 });
    this.cookie = `c${++this.renewals + 1}`;
    return Response.json(signedIn(`t${this.renewals}`));
  };
}

function signedIn(accessToken: string, minutes = 10): SignedIn {
  return { accessToken, expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(), user };
}

/** Locks as browsers have them, as far as a session uses them. */
function createLocks(): LockManager {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, work: () => Promise<unknown>) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return { request } as unknown as LockManager;
}

const channels: BroadcastChannel[] = [];

function tab(server: Server, locks: LockManager | undefined, name = 'test'): Session {
  const channel = new BroadcastChannel(name);
  channels.push(channel);
  return new Session({
    fetch: server.fetch,
    baseUrl: 'http://localhost/function',
    locks,
    channel,
    raceWait: 0,
  });
}

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

test('many calls in one tab renew once', async () => {
  const server = new Server();
  const session = tab(server, createLocks());
  const tokens = await Promise.all(Array.from({ length: 20 }, () => session.accessToken()));
  expect(new Set(tokens)).toEqual(new Set(['t1']));
  expect(server.renewals).toBe(1);
});

test('two tabs that renew at once take turns, and both stay logged in', async () => {
  const server = new Server();
  const locks = createLocks();
  const [a, b] = [tab(server, locks), tab(server, locks)];
  await Promise.all([a.start(), b.start()]);
  expect(server.most).toBe(1);
  expect([a.state.kind, b.state.kind]).toEqual(['in', 'in']);
});

test('a tab takes over what another one got', async () => {
  const server = new Server();
  const locks = createLocks();
  const [a, b] = [tab(server, locks), tab(server, locks)];
  await a.start();
  await vi.waitFor(() => expect(b.state.kind).toBe('in'));
  expect(await b.accessToken()).toBe('t1');
  expect(server.renewals).toBe(1);
});

test('a token that was already replaced is not renewed again', async () => {
  const server = new Server();
  const session = tab(server, createLocks());
  const first = await session.accessToken();
  await session.renew(first);
  await session.renew(first);
  expect(server.renewals).toBe(2);
});

test('a token that is about to expire is renewed before it is used', async () => {
  const server = new Server();
  const session = tab(server, createLocks());
  session.enter(signedIn('short', 0.2));
  expect(await session.accessToken()).toBe('t1');
});

test('nobody logged in is no error', async () => {
  const server = new Server();
  server.cookie = undefined;
  const session = tab(server, createLocks());
  expect(await session.start()).toEqual({ kind: 'out', why: 'expired' });
  expect(await session.accessToken()).toBeUndefined();
});

test('a server that fails logs nobody out', async () => {
  const server = new Server();
  server.answer = () =>
    new Response('{"detail":"Repeat later."}', {
      status: 503,
      headers: { 'Content-Type': 'application/problem+json' },
    });
  const session = tab(server, createLocks());
  await expect(session.start()).rejects.toThrow('Repeat later.');
  expect(session.state.kind).toBe('unknown');
  server.answer = undefined;
  expect((await session.start()).kind).toBe('in');
});

test('no answer at all logs nobody out', async () => {
  const session = new Session({
    fetch: () => Promise.reject(new TypeError('network')),
    baseUrl: 'http://localhost',
  });
  await expect(session.start()).rejects.toThrow(/Couldn’t reach Ocim/);
  expect(session.state.kind).toBe('unknown');
});

test('who lost a race tries again until the cookie of the other is there', async () => {
  const server = new Server();
  let conflicts = 5;
  server.answer = () => (conflicts-- > 0 ? new Response('{}', { status: 409 }) : undefined);
  const session = tab(server, undefined);
  expect((await session.start()).kind).toBe('in');
});

test('logging out ends the session in every tab, and no tab renews afterwards', async () => {
  const server = new Server();
  const locks = createLocks();
  const [a, b] = [tab(server, locks), tab(server, locks)];
  await a.start();
  await vi.waitFor(() => expect(b.state.kind).toBe('in'));
  await a.leave();
  await vi.waitFor(() => expect(b.state).toEqual({ kind: 'out', why: 'logged-out' }));
  server.cookie = 'c1';
  expect(await b.accessToken()).toBeUndefined();
  expect(await a.accessToken()).toBeUndefined();
});

function unreachable(): Response {
  throw new TypeError('Failed to fetch');
}

test.each([
  ['cannot be reached', unreachable],
  ['fails', () => Response.json({ detail: 'No.' }, { status: 503 })],
])('logging out while the server %s says so until it succeeds', async (_, answer) => {
  const server = new Server();
  const session = tab(server, undefined);
  await session.start();
  server.answer = answer;
  await session.leave();
  expect(session.state).toMatchObject({ kind: 'out', failure: expect.any(ApiError) as Error });
  server.answer = undefined;
  await session.leave();
  expect(session.state).toEqual({ kind: 'out', why: 'logged-out' });
  expect(server.cookie).toBeUndefined();
});

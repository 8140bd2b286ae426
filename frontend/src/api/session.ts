import { ApiError, errorOf, noAnswer } from './errors';
import type { SignedIn, User } from './types';

/** What the person at the browser is known to be. */
export type SessionState =
  | { kind: 'unknown' }
  | { kind: 'in'; accessToken: string; expiresAt: number; user: User }
  /** With a failure the server may not know it: the cookie may still be good. */
  | { kind: 'out'; why: 'expired' | 'logged-out'; failure?: Error };

type Message = { kind: 'in'; signedIn: SignedIn } | { kind: 'out'; why: 'expired' | 'logged-out' };

/** The parts of the browser a session rests on. */
export interface SessionOptions {
  fetch: (request: Request) => Promise<Response>;
  baseUrl: string;
  /** Absent where the page is not served securely. */
  locks?: LockManager | undefined;
  channel?: BroadcastChannel | undefined;
  now?: () => number;
  /** Milliseconds to give another tab that is renewing just now, before the first of five repetitions. */
  raceWait?: number;
}

/** An access token is renewed when it has less than this to live. */
const margin = 30_000;

/**
 * Who is logged in. The access token lives in this object only; the refresh token is a cookie that no
 * script can read. Each use of that cookie replaces it, and using a replaced one ends the session, so
 * tabs take turns by a lock and share the outcome.
 */
export class Session {
  #state: SessionState = { kind: 'unknown' };
  #renewing: Promise<void> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;

  constructor(private readonly options: SessionOptions) {
    this.#now = options.now ?? Date.now;
    options.channel?.addEventListener('message', (event: MessageEvent<Message>) => {
      if (event.data.kind === 'in') this.#set(stateOf(event.data.signedIn));
      else if (this.#state.kind !== 'out') this.#set(event.data);
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Calls back at each change; gives the function that ends it. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Finds out who is logged in, once. A server that does not answer is an error, not a log-out. */
  async start(): Promise<SessionState> {
    if (this.#state.kind === 'unknown') await this.renew(undefined);
    return this.#state;
  }

  /** Gives an access token that is good for a while yet, undefined when nobody is logged in. */
  async accessToken(): Promise<string | undefined> {
    const state = await this.start();
    if (state.kind !== 'in') return undefined;
    if (state.expiresAt - this.#now() < margin) await this.renew(state.accessToken);
    return this.#state.kind === 'in' ? this.#state.accessToken : undefined;
  }

  /** Replaces the access token, unless another call or tab has already replaced `old`. */
  renew(old: string | undefined): Promise<void> {
    this.#renewing ??= this.#exclusively(() => this.#renewAlone(old)).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Takes over what a log-in, set-up or registration answered. */
  enter(signedIn: SignedIn): void {
    this.#set(stateOf(signedIn));
    this.options.channel?.postMessage({ kind: 'in', signedIn } satisfies Message);
  }

  /** Notes a change of one's own name. */
  update(user: User): void {
    if (this.#state.kind === 'in') this.#set({ ...this.#state, user });
  }

  /** Ends the session here, in all tabs and on the server. */
  async leave(): Promise<void> {
    const token = this.#state.kind === 'in' ? this.#state.accessToken : undefined;
    this.#out('logged-out');
    try {
      const response = await this.#exclusively(() => this.#post('/auth/v1/logout', token));
      if (!response.ok) throw await errorOf(response);
    } catch (cause) {
      if (this.#state.kind === 'out') this.#set({ ...this.#state, failure: cause as Error });
    }
  }

  async #renewAlone(old: string | undefined): Promise<void> {
    const known = this.#state.kind === 'in' ? this.#state.accessToken : undefined;
    if (known !== undefined && known !== old) return;
    if (this.#state.kind === 'out' && this.#state.why === 'logged-out') return;
    let response = await this.#post('/auth/v1/refresh');
    const first = this.options.raceWait ?? 200;
    for (let repeated = 0; response.status === 409 && repeated < 5; repeated++) {
      // The page before this one, or a tab that takes no turns, was quicker; its cookie is there in a moment.
      await new Promise((resolve) => setTimeout(resolve, first * 2 ** repeated));
      response = await this.#post('/auth/v1/refresh');
    }
    if (response.ok) {
      this.enter((await response.json()) as SignedIn);
    } else if (response.status === 401 || response.status === 403) {
      this.#out('expired');
    } else {
      throw await errorOf(response);
    }
  }

  async #post(path: string, token?: string): Promise<Response> {
    const headers = new Headers({ 'X-Ocim': '1' });
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    try {
      return await this.options.fetch(
        new Request(this.options.baseUrl + path, {
          method: 'POST',
          headers,
          // Who leaves the page meanwhile must get the cookie that replaces the one sent.
          keepalive: true,
          signal: AbortSignal.timeout(15_000),
        }),
      );
    } catch (cause) {
      throw cause instanceof ApiError ? cause : noAnswer(cause);
    }
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (!this.options.locks) return work();
    return await this.options.locks.request('ocim-session', work);
  }

  #out(why: 'expired' | 'logged-out'): void {
    this.#set({ kind: 'out', why });
    this.options.channel?.postMessage({ kind: 'out', why } satisfies Message);
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function stateOf(signedIn: SignedIn): SessionState {
  return {
    kind: 'in',
    accessToken: signedIn.accessToken,
    expiresAt: Date.parse(signedIn.expiresAt),
    user: signedIn.user,
  };
}

interface Kept {
  tag: string;
  body: string;
}

/** How many answers are kept. */
const most = 100;

/**
 * Remembers answers by their ETag and asks whether they still hold, so that polling costs a few bytes
 * while nothing changes. The browser's own cache is not relied on: it may be off, or shared.
 */
export class Revalidation {
  readonly #kept = new Map<string, Kept>();

  clear(): void {
    this.#kept.clear();
  }

  /** Sends a request; a 304 comes back as the answer that was kept. */
  async around(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
    if (request.method !== 'GET') return send(request);
    const known = this.#kept.get(request.url);
    if (known) request.headers.set('If-None-Match', known.tag);
    const response = await send(request);
    if (response.status === 304 && known) {
      return new Response(known.body, { headers: { 'Content-Type': 'application/json', ETag: known.tag } });
    }
    const tag = response.headers.get('ETag');
    if (response.ok && tag !== null) await this.#keep(request.url, tag, response);
    return response;
  }

  async #keep(url: string, tag: string, response: Response): Promise<void> {
    const body = await response.clone().text();
    this.#kept.delete(url);
    this.#kept.set(url, { tag, body });
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > most && !oldest.done) this.#kept.delete(oldest.value);
  }
}

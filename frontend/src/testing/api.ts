import { http, HttpResponse, type RequestHandler } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Answers, Route, Sent } from './answers';
import { usualAnswers } from './fixtures';
import { freshAt } from './fixtures/time';

const pattern = (route: string) =>
  new RegExp(`^${route.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

/** An API that answers each route with a fixture; a route that has none is an error. */
export function fixtureApi() {
  let answers: [route: string, pattern: RegExp, answer: unknown][] = [];
  let sent: Sent[] = [];
  let begun = Date.now();
  const add = (more: Answers) =>
    answers.unshift(...Object.entries(more).map(([r, a]): (typeof answers)[0] => [r, pattern(r), a]));
  const server = setupServer(
    http.all('*/function/*', async ({ request }) => {
      const { pathname, searchParams } = new URL(request.url);
      const line = `${request.method} ${pathname.replace('/function', '')}`;
      const [route, match, answer] = answers.find(([, match]) => match.test(line)) ?? [];
      if (route === undefined || match === undefined) return undefined;
      const text = await request.clone().text();
      const call: Sent = {
        route,
        params: match.exec(line)?.groups ?? {},
        query: Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)])),
        body: text === '' ? undefined : JSON.parse(text),
        headers: request.headers,
      };
      sent.push(call);
      const given: unknown = typeof answer === 'function' ? (answer as (s: Sent) => unknown)(call) : answer;
      if (given instanceof Response) return given;
      return given === null
        ? new HttpResponse(null, { status: 204 })
        : HttpResponse.json(freshAt(begun, given) as object);
    }),
  );
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  beforeEach(() => {
    [answers, sent, begun] = [[], [], Date.now()];
    add(usualAnswers);
  });
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return {
    /** Answers so from now on, until the end of the test. */
    answers: add,
    /** An answer after which the API gives others. */
    andThen:
      <Json>(json: Json, next: Answers) =>
      () => {
        add(next);
        return json;
      },
    /** The requests to a route, in order. */
    sent: (route: Route) => sent.filter((one) => one.route === route),
    /** The bodies of the requests to a route, in order. */
    bodies: (route: Route) => sent.filter((one) => one.route === route).map(({ body }) => body),
    use: (...handlers: RequestHandler[]) => server.use(...handlers),
  };
}

import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { getResponse } from 'msw';
import type { Plugin } from 'vite';
import type * as handlersModule from '../src/mocks/handlers.ts';
import type * as progressModule from '../src/mocks/progress.ts';
import type * as worldModule from '../src/mocks/world.ts';

async function asRequest(incoming: IncomingMessage): Promise<Request> {
  const method = incoming.method ?? 'GET';
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(await buffer(incoming)) };
  return new Request(`http://localhost${incoming.url ?? '/'}`, { method, headers, ...body });
}

/** Serves the mock API under /function of the development server. */
export function mockApi(): Plugin {
  return {
    name: 'ocim-mock-api',
    async configureServer(server) {
      const load = (module: string) => server.ssrLoadModule(`/src/mocks/${module}.ts`);
      const { createHandlers } = (await load('handlers')) as typeof handlersModule;
      const { step } = (await load('progress')) as typeof progressModule;
      const { createWorld } = (await load('world')) as typeof worldModule;
      const world = createWorld();
      world.loggedIn = process.env.OCIM_MOCK_LOGGED_IN === '1';
      world.setUp = process.env.OCIM_MOCK_EMPTY !== '1';
      const handlers = createHandlers(() => world);
      const timer = setInterval(() => {
        step(world);
      }, 3_000);
      server.httpServer?.on('close', () => {
        clearInterval(timer);
      });
      server.middlewares.use((incoming, outgoing, next) => {
        if (incoming.url?.startsWith('/function/') !== true) {
          next();
          return;
        }
        void asRequest(incoming)
          .then((request) => getResponse(handlers, request))
          .then(async (response) => {
            outgoing.statusCode = response?.status ?? 404;
            response?.headers.forEach((value, name) => outgoing.setHeader(name, value));
            outgoing.end(response ? Buffer.from(await response.arrayBuffer()) : '');
          })
          .catch(next);
      });
    },
  };
}

import { createRouter, lazyRouteComponent, type RouterHistory } from '@tanstack/react-router';
import type { Session } from '@/api/session';
import { BrokenPage } from '@/components/BrokenPage';
import { parseSearch, stringifySearch } from '@/lib/search';
import { routeTree } from './routeTree.gen';

export interface RouterContext {
  session: Session;
}

export function createOcimRouter(context: RouterContext, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadDelay: 60,
    scrollRestoration: true,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: lazyRouteComponent(() => import('@/components/MissingPage'), 'MissingPage'),
    ...(history ? { history } : {}),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createOcimRouter>;
  }
}

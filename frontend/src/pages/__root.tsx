import { createRootRouteWithContext, lazyRouteComponent, Outlet, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { safeReturnPath } from '@/lib/search';
import type { RouterContext } from '@/router';

export const Route = createRootRouteWithContext<RouterContext>()({
  component: Root,
  notFoundComponent: lazyRouteComponent(() => import('@/components/NotFound'), 'NotFound'),
});

/** Follows log-ins and log-outs, also those of other tabs. */
function Root() {
  const router = useRouter();
  const { session } = Route.useRouteContext();
  useEffect(() => {
    return session.subscribe(() => {
      const { state } = session;
      const inside = router.state.matches.some((match) => match.routeId === '/_app');
      if (state.kind === 'out' && inside) {
        if (state.why === 'logged-out') void router.navigate({ to: '/logged-out' });
        else void router.navigate({ to: '/login', search: { redirect: router.state.location.href } });
      }
      if (state.kind === 'in' && router.state.location.pathname === '/login') {
        const { redirect } = router.state.location.search as { redirect?: string };
        router.history.push(safeReturnPath(redirect));
      }
    });
  }, [router, session]);
  return <Outlet />;
}

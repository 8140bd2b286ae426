import { createFileRoute, Outlet, redirect } from '@tanstack/react-router';
import { Frame } from '@/components/frame/Frame';

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context, location }) => {
    const state = await context.session.start();
    if (state.kind !== 'in') {
      throw redirect({ to: '/login', search: location.pathname === '/instances' ? {} : { redirect: location.href } });
    }
  },
  component: App,
});

function App() {
  return (
    <Frame>
      <Outlet />
    </Frame>
  );
}

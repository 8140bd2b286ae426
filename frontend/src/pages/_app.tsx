import { QueryClientProvider } from '@tanstack/react-query';
import { createFileRoute, Outlet, redirect } from '@tanstack/react-router';
import { useState } from 'react';
import { createQueryClient } from '@/api/queryClient';
import { Frame } from '@/components/frame/Frame';

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context, location }) => {
    const state = await context.session.start();
    if (state.kind !== 'in') {
      throw redirect({ to: '/login', search: location.href === '/instances' ? {} : { redirect: location.href } });
    }
  },
  component: App,
});

function App() {
  // What one person saw is gone when they leave.
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <Frame>
        <Outlet />
      </Frame>
    </QueryClientProvider>
  );
}

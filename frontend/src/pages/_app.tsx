import { QueryClientProvider } from '@tanstack/react-query';
import { createFileRoute, type ErrorComponentProps, Outlet, redirect } from '@tanstack/react-router';
import { useState } from 'react';
import { createQueryClient } from '@/api/queryClient';
import { BrokenPage } from '@/components/BrokenPage';
import { Frame } from '@/components/frame/Frame';
import { StepUp } from '@/components/StepUp';

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context, location }) => {
    const state = await context.session.start();
    if (state.kind !== 'in') {
      throw redirect({
        to: '/login',
        search: location.href === '/overview' ? {} : { redirect: location.href },
      });
    }
  },
  component: App,
  errorComponent: Unreachable,
});

function App() {
  // What one person saw is gone when they leave.
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <Frame>
        <Outlet />
      </Frame>
      <StepUp />
    </QueryClientProvider>
  );
}

/** When it cannot even be found out who is logged in, there is no frame to stand in. */
function Unreachable(props: ErrorComponentProps) {
  return (
    <main>
      <BrokenPage {...props} />
    </main>
  );
}

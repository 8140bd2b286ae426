import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Failure } from './Failure';
import { Page } from './Page';

/** In the place of a page that failed as a whole. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Page title="Something went wrong">
      <Failure
        error={error instanceof Error ? error : new Error(String(error))}
        what="This page could not be shown."
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Page>
  );
}

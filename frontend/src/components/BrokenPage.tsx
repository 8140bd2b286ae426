import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Failure } from './Failure';
import { Page } from './Page';
import * as texts from '@/texts/common';

/** In the place of a page that failed as a whole. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Page title={texts.somethingWentWrong}>
      <Failure
        error={error instanceof Error ? error : new Error(String(error))}
        what={texts.couldntShowThisPage}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Page>
  );
}

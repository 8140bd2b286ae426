import { ApiError } from '@/api/errors';
import { Empty } from './Empty';
import { ButtonLink } from './links';
import { Page } from './Page';
import * as texts from '@/texts/common';

export function MissingPage() {
  return (
    <Page title={texts.notFound}>
      <Empty
        title={texts.pageNotFound}
        action={<ButtonLink to="/instances">{texts.viewInstances}</ButtonLink>}
      >
        {texts.checkTheAddressThePage}
      </Empty>
    </Page>
  );
}

/** Whether there is nothing at the address of a query, or nothing that one may see. */
export function isMissing({ error, data }: { error: Error | null; data: unknown }): boolean {
  return data === undefined && error instanceof ApiError && error.status === 404;
}

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

import { Empty } from './Empty';
import { ButtonLink } from './links';
import { Page } from './Page';
import * as texts from '@/texts/common';

export function MissingPage() {
  return (
    <Page title={texts.notFound}>
      <Empty
        title={texts.thereIsNothingHere}
        action={<ButtonLink to="/instances">{texts.toTheInstances}</ButtonLink>}
      >
        {texts.theAddressMayBeMistypedWhat}
      </Empty>
    </Page>
  );
}

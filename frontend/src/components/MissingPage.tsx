import { Empty } from './Empty';
import { ButtonLink } from './links';
import { Page } from './Page';

export function MissingPage() {
  return (
    <Page title="Not found">
      <Empty title="There is nothing here" action={<ButtonLink to="/instances">To the instances</ButtonLink>}>
        The address may be mistyped, what it showed may be gone, or you may not see it.
      </Empty>
    </Page>
  );
}

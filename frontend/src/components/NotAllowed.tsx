import { Empty } from './Empty';
import { Page } from './Page';
import * as texts from '@/texts/words';

/** In the place of a page that only others may see: who, and whom to ask. */
export function NotAllowed({ title, children }: { title: string; children: string }) {
  return (
    <Page title={title}>
      <Empty title={texts.youDontHavePermission}>{children}</Empty>
    </Page>
  );
}

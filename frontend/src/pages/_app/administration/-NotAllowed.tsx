import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import * as texts from '@/texts/administration';

export function NotAllowed({ title }: { title: string }) {
  return (
    <Page title={title}>
      <Empty title={texts.youDontHavePermission}>{texts.youDontHavePermissionAsk}</Empty>
    </Page>
  );
}

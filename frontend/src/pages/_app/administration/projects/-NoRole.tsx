import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import * as texts from '@/texts/projects';

export function NoRole({ title, who }: { title: string; who: 'Administrators' | 'Operators' }) {
  return (
    <Page title={title}>
      <Empty title={texts.youDontHavePermission}>{texts.askAnAdministrator(who)}</Empty>
    </Page>
  );
}

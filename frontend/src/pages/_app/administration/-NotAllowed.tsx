import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';

export function NotAllowed({ title }: { title: string }) {
  return (
    <Page title={title}>
      <Empty title="Your role does not allow this">Only administrators manage people. Ask one of them.</Empty>
    </Page>
  );
}

import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';

export function NoRole({ title, who }: { title: string; who: 'Administrators' | 'Operators' }) {
  return (
    <Page title={title}>
      <Empty title="Your role does not allow this">
        {who === 'Operators' ? 'Only operators see how projects fare.' : 'Only administrators change this.'}{' '}
        Ask an administrator.
      </Empty>
    </Page>
  );
}

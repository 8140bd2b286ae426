import { createFileRoute } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { useMay, useMe } from '@/components/useMe';
import { word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';
import { forgetDraft } from './-draft';
import { FirstSync } from './-FirstSync';
import { ProjectForm } from './-ProjectForm';

export const Route = createFileRoute('/_app/projects/new')({
  /** The cluster that was just added, whose first sync is followed. */
  validateSearch: (raw: RawSearch): { added?: string | undefined } => ({ added: word(raw, 'added') }),
  component: AddProject,
});

function AddProject() {
  const me = useMe();
  const administrator = useMay('administrator');
  const { added } = Route.useSearch();
  const navigate = Route.useNavigate();
  const [warning, setWarning] = useState<string>();
  const person = me?.id ?? '';
  useEffect(() => {
    if (added !== undefined) forgetDraft(person);
  }, [added, person]);
  if (!administrator) {
    return (
      <Page title="Add GitLab project">
        <Empty title="Your role does not allow this">
          Only administrators add projects, since that takes tokens that may change the repository. Ask one of
          them.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={added === undefined ? 'Add GitLab project' : `${added} is added`}
      about={
        added === undefined
          ? 'One project describes one cluster and the instances on it.'
          : 'You can leave: it goes on without this page.'
      }
    >
      {added === undefined ? (
        <ProjectForm
          person={person}
          onAdded={(cluster, told) => {
            setWarning(told);
            void navigate({ search: { added: cluster } });
          }}
        />
      ) : (
        <FirstSync cluster={added} warning={warning} />
      )}
    </Page>
  );
}

import { createFileRoute } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { NotAllowed } from '@/components/NotAllowed';
import { Page } from '@/components/Page';
import { useMay, useMe } from '@/components/useMe';
import { searchOf, word } from '@/lib/readSearch';
import { forgetDraft } from './-draft';
import { FirstSync } from './-FirstSync';
import { ProjectForm } from './-ProjectForm';
import * as texts from '@/texts/projects';

export const Route = createFileRoute('/_app/projects/new')({
  /** The cluster that was just added, whose first sync is followed. */
  validateSearch: searchOf({ added: word }),
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
    return <NotAllowed title={texts.addGitlabProject}>{texts.onlyAdministratorsCanAddProjects}</NotAllowed>;
  }
  return (
    <Page
      title={added === undefined ? texts.addGitlabProject : texts.projectAdded(added)}
      about={added === undefined ? texts.eachProjectDefinesOneCluster : texts.youCanLeaveThisPage}
    >
      {added === undefined ? (
        <ProjectForm
          person={person}
          onAdded={(cluster, warning) => {
            setWarning(warning);
            void navigate({ search: { added: cluster } });
          }}
        />
      ) : (
        <FirstSync cluster={added} warning={warning} />
      )}
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { projectQuery } from '@/api/queries/projects';
import type { ProjectPage } from '@/api/types';
import { ButtonLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { isMissing, MissingPage } from '@/components/MissingPage';
import { NotAllowed } from '@/components/NotAllowed';
import { Crumb, Page } from '@/components/Page';
import { Sections } from '@/components/Sections';
import { useMay } from '@/components/useMe';
import * as texts from '@/texts/projects';

interface ProjectFrameProps {
  cluster: string;
  actions?: ReactNode;
  children: (project: ProjectPage) => ReactNode;
}

const sections = [
  { to: '/administration/projects/$cluster', word: texts.healthAndCredentials },
  { to: '/administration/projects/$cluster/facts', word: texts.detailsAndLinks },
] as const;

const further = [
  { to: '/administration/projects/$cluster/contract', word: texts.groveIntegration },
  { to: '/administration/projects/$cluster/usage', word: texts.usageReport },
] as const;

/** What the pages of a project have in common. */
export function ProjectFrame({ cluster, actions, children }: ProjectFrameProps) {
  const operator = useMay('operator', cluster);
  const administrator = useMay('administrator', cluster);
  const query = useQuery({ ...projectQuery(cluster), enabled: operator });
  if (!operator) return <NotAllowed title={cluster}>{texts.onlyOperators}</NotAllowed>;
  if (isMissing(query)) return <MissingPage />;
  const project = query.data?.project;
  return (
    <Page
      title={cluster}
      tab={texts.gitlabProject2(cluster)}
      about={project && texts.on2(project.path, project.gitlabUrl)}
      crumbs={<Crumb to="/administration/projects">{texts.gitlabProjects}</Crumb>}
      actions={
        <>
          <ButtonLink to="/clusters/$cluster" params={{ cluster }} variant="default">
            {texts.viewCluster}
          </ButtonLink>
          {actions}
        </>
      }
    >
      <Sections label={texts.project} links={administrator ? [...sections, ...further] : sections} />
      <Loaded query={query} what={texts.theProject} shape="panel" lines={8}>
        {children}
      </Loaded>
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/errors';
import { projectQuery } from '@/api/queries/projects';
import type { ProjectPage } from '@/api/types';
import { ButtonLink, TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { MissingPage } from '@/components/MissingPage';
import { Crumb, Page } from '@/components/Page';
import { Sections } from '@/components/Sections';
import { useMay } from '@/components/useMe';
import { NoRole } from './-NoRole';

interface ProjectFrameProps {
  cluster: string;
  actions?: ReactNode;
  children: (project: ProjectPage) => ReactNode;
}

const sections = [
  { to: '/administration/projects/$cluster', word: 'Health and credentials' },
  { to: '/administration/projects/$cluster/facts', word: 'Facts and links' },
] as const;

const further = [
  { to: '/administration/projects/$cluster/contract', word: 'Contract' },
  { to: '/administration/projects/$cluster/usage', word: 'Usage report' },
] as const;

/** What the pages of a project have in common. */
export function ProjectFrame({ cluster, actions, children }: ProjectFrameProps) {
  const operator = useMay('operator', cluster);
  const administrator = useMay('administrator', cluster);
  const query = useQuery({ ...projectQuery(cluster), enabled: operator });
  if (!operator) return <NoRole title={cluster} who="Operators" />;
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <MissingPage />;
  const project = query.data?.project;
  return (
    <Page
      title={cluster}
      tab={`${cluster}, GitLab project`}
      about={project && `${project.path} on ${project.gitlabUrl}`}
      crumbs={
        <Crumb>
          <TextLink to="/administration/projects">GitLab projects</TextLink>
        </Crumb>
      }
      actions={
        <>
          <ButtonLink to="/clusters/$cluster" params={{ cluster }} variant="default">
            To the cluster
          </ButtonLink>
          {actions}
        </>
      }
    >
      <Sections label="Project" links={administrator ? [...sections, ...further] : sections} />
      <Loaded query={query} what="The project" lines={8}>
        {children}
      </Loaded>
    </Page>
  );
}

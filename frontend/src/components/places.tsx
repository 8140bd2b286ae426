import type { ReactNode } from 'react';
import { TextLink } from './links';

/** Links to what many pages speak of. */

export function ClusterLink({ cluster, children }: { cluster: string; children: ReactNode }) {
  return (
    <TextLink to="/clusters/$cluster" params={{ cluster }}>
      {children}
    </TextLink>
  );
}

interface InstanceLinkProps {
  cluster: string;
  instance: string;
  /** Its name unless given. */
  children?: ReactNode;
}

export function InstanceLink({ cluster, instance, children = instance }: InstanceLinkProps) {
  return (
    <TextLink to="/clusters/$cluster/instances/$instance" params={{ cluster, instance }}>
      {children}
    </TextLink>
  );
}

interface PipelineLinkProps {
  cluster: string;
  pipeline: number;
  children: ReactNode;
}

export function PipelineLink({ cluster, pipeline, children }: PipelineLinkProps) {
  return (
    <TextLink to="/clusters/$cluster/pipelines/$pipeline" params={{ cluster, pipeline: String(pipeline) }}>
      {children}
    </TextLink>
  );
}

/** To the project of a cluster, for those who may see it. */
export function ProjectLink({ cluster, children }: { cluster: string; children: ReactNode }) {
  return (
    <TextLink to="/administration/projects/$cluster" params={{ cluster }} search={{}}>
      {children}
    </TextLink>
  );
}

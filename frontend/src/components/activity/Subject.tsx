import { QuietLink } from '../links';
import { useClusterName } from '../useClusters';
import * as texts from '@/texts/activity';

interface SubjectProps {
  cluster: string;
  /** Absent when it is about the cluster itself. */
  instance?: string | undefined;
  /** Whether j and k stop at it. */
  row?: boolean;
}

/** What something is about: an instance and its cluster, or a cluster. */
export function Subject({ cluster, instance, row = false }: SubjectProps) {
  const name = useClusterName(cluster);
  const stop = row ? { 'data-row': true } : {};
  if (instance === undefined) {
    return (
      <QuietLink to="/clusters/$cluster" params={{ cluster }} {...stop}>
        {name}
      </QuietLink>
    );
  }
  return (
    <span>
      <QuietLink to="/clusters/$cluster/instances/$instance" params={{ cluster, instance }} {...stop}>
        {instance}
      </QuietLink>{' '}
      <span className="small dim">{texts.on(name)}</span>
    </span>
  );
}

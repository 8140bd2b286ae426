import type { Cluster } from '@/api/types';
import { Panel } from '@/components/Panel';
import classes from './-deploy.module.css';

/** What deploying causes. */
export function NextSteps({ name, cluster }: { name: string; cluster: Cluster }) {
  return (
    <Panel title="What happens">
      <ol className={classes.next}>
        <li>Ocim stores the operation. If {cluster.name} is busy it waits for its turn.</li>
        <li>
          GitLab gets a trigger; Grove writes <code>instances/{name === '' ? '…' : name}/</code> and merges
          it.
        </li>
        <li>A pipeline builds and deploys. A first deployment takes about 25 minutes.</li>
        <li>The instance is active when that pipeline succeeds.</li>
      </ol>
    </Panel>
  );
}

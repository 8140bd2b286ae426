import type { Cluster } from '@/api/types';
import { Panel } from '@/components/Panel';
import classes from './-deploy.module.css';
import * as texts from '@/texts/clusters';

/** What deploying causes. */
export function NextSteps({ name, cluster }: { name: string; cluster: Cluster }) {
  return (
    <Panel title={texts.whatHappens}>
      <ol className={classes.next}>
        <li>{texts.ocimStoresTheOperationIfIs(cluster.name)}</li>
        <li>{texts.gitlabGetsATriggerGroveWrites(<code>instances/{name === '' ? '…' : name}/</code>)}</li>
        <li>{texts.aPipelineBuildsAndDeploysA}</li>
        <li>{texts.theInstanceIsActiveWhenThat}</li>
      </ol>
    </Panel>
  );
}

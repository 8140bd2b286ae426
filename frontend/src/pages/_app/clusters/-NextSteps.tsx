import type { Cluster } from '@/api/types';
import { Panel } from '@/components/Panel';
import classes from './-deploy.module.css';
import * as texts from '@/texts/clusters';

/** What deploying causes. */
export function NextSteps({ name, cluster }: { name: string; cluster: Cluster }) {
  return (
    <Panel title={texts.whatHappens}>
      <ol className={`stack gap-8 dim small ${classes.next}`}>
        <li>{texts.ocimSavesTheOperationIf(cluster.name)}</li>
        <li>{texts.ocimTriggersAGitlabPipeline(<code>instances/{name === '' ? '…' : name}/</code>)}</li>
        <li>{texts.aPipelineBuildsAndDeploys}</li>
        <li>{texts.theInstanceBecomesActiveWhen}</li>
      </ol>
    </Panel>
  );
}

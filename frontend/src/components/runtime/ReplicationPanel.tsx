import { useQuery } from '@tanstack/react-query';
import { replicationQuery } from '@/api/queries/runtime';
import type { Autoscaler, Replication } from '@/api/types';
import { Empty } from '@/components/Empty';
import { healthLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { ClusterPanel } from './ClusterPanel';
import { Findings } from './Findings';
import classes from './runtime.module.css';
import { worstFirst } from './words';
import * as texts from '@/texts/runtime';

/** Deployments and what scales them. */
export function ReplicationPanel({ cluster, instance }: { cluster: string; instance: string }) {
  const query = useQuery(replicationQuery(cluster, instance));
  return (
    <ClusterPanel title={texts.replication} what={texts.theReplication} query={query}>
      {({ deployments, autoscalers }) =>
        deployments.length === 0 ? (
          <Empty title={texts.noDeployments}>{texts.theInstancesNamespaceHasNo}</Empty>
        ) : (
          <>
            <Deployments deployments={deployments} />
            {autoscalers.length > 0 && (
              <div className={classes.next}>
                <Autoscalers autoscalers={autoscalers} />
              </div>
            )}
          </>
        )
      }
    </ClusterPanel>
  );
}

const counts = [texts.desired, texts.updated, texts.ready, texts.available];

function Deployments({ deployments }: Pick<Replication, 'deployments'>) {
  return (
    <Table label={texts.deployments} heads={[texts.deployment, texts.state, ...counts, texts.images]}>
      {worstFirst(deployments).map((d) => (
        <tr key={d.name}>
          <td>{d.name}</td>
          <td data-wrap>
            <Status look={healthLooks[d.health]} />
            <Findings of={d} />
            {!d.findings && d.failure !== undefined && <p className={classes.reason}>{d.failure}</p>}
            {!d.observed && <p className={classes.reason}>{texts.kubernetesHasntObservedTheLast}</p>}
          </td>
          <td>{d.desired}</td>
          <td>{d.updated}</td>
          <td>{d.ready}</td>
          <td>{d.available}</td>
          <td data-dim data-wrap>
            {d.images.map((image) => (
              <code key={image} className={classes.image}>
                {image}
              </code>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Autoscalers({ autoscalers }: { autoscalers: readonly Autoscaler[] }) {
  return (
    <Table
      label={texts.autoscalers}
      heads={[
        texts.autoscaler,
        texts.target,
        texts.min,
        texts.max,
        texts.current,
        texts.desired,
        texts.metrics,
      ]}
    >
      {autoscalers.map((a) => (
        <tr key={a.name}>
          <td>{a.name}</td>
          <td>{a.target}</td>
          <td>{a.min}</td>
          <td>{a.max}</td>
          <td>{a.current}</td>
          <td>{a.desired}</td>
          <td data-wrap>
            {a.metrics.map((m) => (
              <span key={m.name} className={classes.metric}>
                {texts.ofText4(m.name, m.current ?? texts.unknown, m.target)}
              </span>
            ))}
            {a.problem !== undefined && <p className={classes.reason}>{a.problem}</p>}
          </td>
        </tr>
      ))}
    </Table>
  );
}

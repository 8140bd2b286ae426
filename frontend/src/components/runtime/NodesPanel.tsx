import { useQuery } from '@tanstack/react-query';
import { nodesQuery } from '@/api/queries/runtime';
import { Empty } from '@/components/Empty';
import { healthLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { memory, resources } from '@/lib/resources';
import { ClusterPanel } from './ClusterPanel';
import classes from './runtime.module.css';
import { worstFirst } from './words';
import * as texts from '@/texts/runtime';

const heads = [
  texts.node,
  texts.state,
  texts.machine,
  texts.pods,
  texts.coresRequested,
  texts.memoryRequested,
  texts.created,
];

/** The cluster's machines with their capacity, and what pods have asked for of what they may have of it. */
export function NodesPanel({ cluster }: { cluster: string }) {
  const query = useQuery(nodesQuery(cluster));
  return (
    <ClusterPanel title={texts.nodes} what={texts.theNodes} query={query}>
      {({ nodes }) =>
        nodes.length === 0 ? (
          <Empty title={texts.noNodes}>{texts.workloadsCantRunUntilThe}</Empty>
        ) : (
          <Table label={texts.nodes} heads={heads}>
            {worstFirst(nodes).map((node) => {
              const { allocatable, capacity, requested } = node;
              return (
                <tr key={node.name}>
                  <td data-wrap>{node.name}</td>
                  <td data-wrap>
                    <Status look={healthLooks[node.health]} />
                    {node.reason !== undefined && (
                      <p className={classes.reason}>
                        {node.reason} {node.nextStep}
                      </p>
                    )}
                  </td>
                  <td data-dim>
                    {[node.size, node.zone].filter((part) => part !== undefined).join(', ') || '—'}
                    <p className={classes.reason}>{resources(capacity)}</p>
                  </td>
                  <td>{share(requested.pods ?? 0, allocatable.pods ?? 0, String)}</td>
                  <td>
                    {share(requested.cpuMillis, allocatable.cpuMillis, (millis) => String(millis / 1000))}
                  </td>
                  <td>{share(requested.memoryBytes, allocatable.memoryBytes, memory)}</td>
                  <td data-dim>
                    <Time at={node.createdAt} />
                  </td>
                </tr>
              );
            })}
          </Table>
        )
      }
    </ClusterPanel>
  );
}

/** “12 of 58, 20%” */
function share(asked: number, most: number, words: (amount: number) => string): string {
  const percent = most > 0 ? `, ${Math.floor((100 * asked) / most)}%` : '';
  return texts.ofText2(words(asked), words(most), percent);
}

import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { podsQuery } from '@/api/queries/runtime';
import type { Pod } from '@/api/types';
import { Empty } from '@/components/Empty';
import { healthLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { Disclosure } from '@/components/ui/Disclosure';
import { ClusterPanel } from './ClusterPanel';
import { PodDetails } from './PodDetails';
import classes from './runtime.module.css';
import { podReason, readyCount, worstFirst } from './words';
import * as texts from '@/texts/runtime';

interface PodsPanelProps {
  cluster: string;
  instance: string;
  /** Name of the pod whose containers are shown. */
  open: string | undefined;
  onOpen: (pod: string | undefined) => void;
}

/** Pods, those that need somebody first. One opens to its containers. */
export function PodsPanel({ cluster, instance, open, onOpen }: PodsPanelProps) {
  const query = useQuery(podsQuery(cluster, instance));
  return (
    <ClusterPanel title={texts.pods} what={texts.thePods} query={query}>
      {({ pods }) =>
        pods.length === 0 ? (
          <Empty title={texts.noPods}>{texts.noPodsAreRunningSee}</Empty>
        ) : (
          <Table
            label={texts.pods}
            heads={[
              texts.pod,
              texts.state,
              texts.phase,
              texts.ready,
              texts.restarts,
              texts.created,
              texts.node,
            ]}
          >
            {worstFirst(pods).map((pod) => (
              <Fragment key={pod.name}>
                <PodRow
                  pod={pod}
                  open={pod.name === open}
                  onToggle={() => onOpen(pod.name === open ? undefined : pod.name)}
                />
                {pod.name === open && (
                  <tr className={classes.opened}>
                    <td colSpan={7}>
                      <PodDetails cluster={cluster} pod={pod} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </Table>
        )
      }
    </ClusterPanel>
  );
}

function PodRow({ pod, open, onToggle }: { pod: Pod; open: boolean; onToggle: () => void }) {
  const reason = podReason(pod);
  return (
    <tr>
      <td>
        <Disclosure open={open} className={`code ${classes.name}`} onClick={onToggle}>
          {pod.name}
        </Disclosure>
      </td>
      <td data-wrap>
        <Status look={healthLooks[pod.health]} />
        {reason !== undefined && (
          <p className={classes.reason}>
            {reason} <Time at={pod.findings?.[0]?.since} prefix={texts.forAtStart} lasting />
          </p>
        )}
      </td>
      <td>{pod.deletedAt === undefined ? pod.phase : texts.beingDeleted}</td>
      <td>{readyCount(pod)}</td>
      <td>{pod.restarts}</td>
      <td data-dim>
        <Time at={pod.createdAt} />
      </td>
      <td data-dim data-wrap>
        {pod.node ?? texts.noneYet}
      </td>
    </tr>
  );
}

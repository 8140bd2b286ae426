import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { treeQuery } from '@/api/queries/fleet';
import { queueQuery } from '@/api/queries/operations';
import { isMoving } from '@/api/status';
import { Dropdown } from '../Dropdown';
import dropdown from '../Dropdown.module.css';
import { DropdownLabel, DropdownLink, DropdownRule, ItemEnd } from '../DropdownItems';
import { pipelineLook } from '../status/looks';
import { Mark } from '../status/Mark';
import { Status } from '../status/Status';
import classes from './frame.module.css';
import * as texts from '@/texts/frame';

const Queue = lazy(() => import('../operations/Queue'));

const shown = 12;

/** How many pipelines move, and whose; with what waits behind them. */
export function Running() {
  const [open, setOpen] = useState(false);
  const { data } = useQuery(treeQuery);
  const queue = useQuery({ ...queueQuery(), enabled: open });
  if (!data) return null;
  const moving = data.clusters.flatMap((cluster) =>
    cluster.instances.flatMap(({ name, pipeline }) =>
      pipeline !== undefined && isMoving(pipeline) ? [{ cluster: cluster.id, name, pipeline }] : [],
    ),
  );
  const count = moving.length;
  const operations = queue.data?.operations ?? [];
  return (
    <Dropdown
      align="end"
      className={`${dropdown.opener} ${dropdown.plain}`}
      contents={texts.runningPipelines}
      onOpen={setOpen}
      button={
        <>
          <Mark shape={count > 0 ? 'spin' : 'dashed'} />
          <span className="numbers">{count}</span>{' '}
          <span className={classes.wideOnly}>
            {count === 1 ? texts.pipelineRunning : texts.pipelinesRunning}
          </span>
        </>
      }
    >
      <DropdownLabel>
        {count === 0 ? texts.noPipelinesRunning : texts.instancesWithARunningPipeline}
      </DropdownLabel>
      {moving.slice(0, shown).map(({ cluster, name, pipeline }) => (
        <DropdownLink
          key={`${cluster}/${name}`}
          to="/clusters/$cluster/instances/$instance"
          params={{ cluster, instance: name }}
        >
          {name}
          <ItemEnd>
            <Status look={pipelineLook(pipeline)} />
          </ItemEnd>
        </DropdownLink>
      ))}
      {count > shown && (
        <DropdownLink to="/instances" search={{ pipeline: ['running', 'pending', 'created', 'preparing'] }}>
          {texts.viewAll(count)}
        </DropdownLink>
      )}
      {operations.length > 0 && (
        <>
          <DropdownRule />
          <DropdownLabel>{texts.operationsOneAtATime}</DropdownLabel>
          <div className={classes.queue}>
            <Suspense fallback={null}>
              <Queue operations={operations} />
            </Suspense>
          </div>
        </>
      )}
    </Dropdown>
  );
}

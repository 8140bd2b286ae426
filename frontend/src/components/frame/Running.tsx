import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { treeQuery } from '@/api/queries/fleet';
import { isMoving } from '@/api/status';
import { pipelineLook } from '../status/looks';
import { Mark } from '../status/Mark';
import { Status } from '../status/Status';
import classes from './frame.module.css';
import { MenuLink } from './MenuLink';

const shown = 12;

/** How many pipelines move, and whose. */
export function Running() {
  const { data } = useQuery(treeQuery);
  if (!data) return null;
  const moving = data.clusters.flatMap((cluster) =>
    cluster.instances.flatMap(({ name, pipeline }) =>
      pipeline !== undefined && isMoving(pipeline) ? [{ cluster: cluster.id, name, pipeline }] : [],
    ),
  );
  const count = moving.length;
  return (
    <Menu width={300}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<Mark shape={count > 0 ? 'spin' : 'half'} />}
        >
          <span className="numbers">{count}</span>
          <span className={classes.wideOnly}>&nbsp;{count === 1 ? 'pipeline' : 'pipelines'} running</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {count === 0 && <Menu.Label>No pipeline runs.</Menu.Label>}
        {moving.slice(0, shown).map(({ cluster, name, pipeline }) => (
          <MenuLink
            key={`${cluster}/${name}`}
            
            to="/clusters/$cluster/instances/$instance"
            params={{ cluster, instance: name }}
            rightSection={<Status look={pipelineLook(pipeline)} />}
          >
            {name}
          </MenuLink>
        ))}
        {count > shown && (
          <MenuLink  to="/instances" search={{ pipeline: ['running', 'pending'] }}>
            All {count}
          </MenuLink>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

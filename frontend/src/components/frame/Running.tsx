import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { treeQuery } from '@/api/queries/fleet';
import { isMoving } from '@/api/status';
import { pipelineLook } from '../status/looks';
import { Mark } from '../status/Mark';
import { Status } from '../status/Status';
import classes from './frame.module.css';

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
          aria-label={`${count} pipelines running`}
        >
          <span className="numbers">{count}</span>
          <span className={classes.wideOnly}>&nbsp;running</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {count === 0 && <Menu.Label>No pipeline runs.</Menu.Label>}
        {moving.slice(0, shown).map(({ cluster, name, pipeline }) => (
          <Menu.Item
            key={`${cluster}/${name}`}
            component={Link}
            to="/clusters/$cluster/instances/$instance"
            params={{ cluster, instance: name }}
            rightSection={<Status look={pipelineLook(pipeline)} />}
          >
            {name}
          </Menu.Item>
        ))}
        {count > shown && (
          <Menu.Item component={Link} to="/instances" search={{ pipeline: ['running', 'pending'] }}>
            All {count}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

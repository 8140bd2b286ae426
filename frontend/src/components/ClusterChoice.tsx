import { Checkbox } from '@mantine/core';
import classes from './ClusterChoice.module.css';

interface ClusterChoiceProps {
  label: string;
  hint: string;
  clusters: readonly { id: string; name: string }[];
  chosen: readonly string[];
  onChoose: (clusters: string[]) => void;
}

export function ClusterChoice({ label, hint, clusters, chosen, onChoose }: ClusterChoiceProps) {
  return (
    <Checkbox.Group label={label} description={hint} value={[...chosen]} onChange={onChoose}>
      <div className={classes.choices}>
        {clusters.map(({ id, name }) => (
          <Checkbox key={id} size="xs" value={id} label={name} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

import { Checkbox } from '@mantine/core';
import classes from './ClusterChoice.module.css';

interface ClusterChoiceProps {
  label: string;
  hint: string;
  clusters: readonly string[];
  chosen: readonly string[];
  onChoose: (clusters: string[]) => void;
}

export function ClusterChoice({ label, hint, clusters, chosen, onChoose }: ClusterChoiceProps) {
  return (
    <Checkbox.Group label={label} description={hint} value={[...chosen]} onChange={onChoose}>
      <div className={classes.choices}>
        {clusters.map((cluster) => (
          <Checkbox key={cluster} size="xs" value={cluster} label={cluster} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

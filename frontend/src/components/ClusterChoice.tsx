import classes from './ClusterChoice.module.css';
import { optionsOf } from './filters/FilterSelect';
import { CheckboxGroup } from './ui/Checkbox';

interface ClusterChoiceProps {
  label: string;
  hint: string;
  clusters: readonly { id: string; name: string }[];
  chosen: readonly string[];
  onChoose: (clusters: string[]) => void;
}

export function ClusterChoice({ label, hint, clusters, chosen, onChoose }: ClusterChoiceProps) {
  return (
    <CheckboxGroup
      label={label}
      description={hint}
      choices={optionsOf(clusters)}
      chosen={chosen}
      onChoose={onChoose}
      className={`row ${classes.choices}`}
    />
  );
}

import classes from './ClusterChoice.module.css';
import { CheckboxGroup } from './ui/Checkbox';
import { optionsOf } from './ui/Field';

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

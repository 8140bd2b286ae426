import { useState } from 'react';
import { TextInput } from '../ui/Field';

interface WholeNumberProps {
  label: string;
  description: string;
  min: number;
  max: number;
  value: number;
  onChange: (value: number) => void;
}

/** A number within bounds; what is beyond them becomes the nearest within. */
export function WholeNumber({ min, max, value, onChange, ...props }: WholeNumberProps) {
  const [typed, setTyped] = useState<string>();
  return (
    <TextInput
      {...props}
      type="number"
      inputMode="numeric"
      min={min}
      max={max}
      step={1}
      value={typed ?? value}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        const next = Math.round(currentTarget.valueAsNumber);
        if (!Number.isNaN(next)) onChange(Math.min(max, Math.max(min, next)));
      }}
      // While it is typed it may be empty or too much.
      onBlur={() => setTyped(undefined)}
    />
  );
}

import type { ComponentProps } from 'react';
import { NativeSelect } from '../ui/Field';

interface FilterSelectProps extends Omit<ComponentProps<typeof NativeSelect>, 'data' | 'value' | 'onChange'> {
  'aria-label': string;
  /** What it says while it filters nothing. */
  all: string;
  options: ComponentProps<typeof NativeSelect>['data'];
  value: string | undefined;
  onChoose: (value: string | undefined) => void;
}

/** Filters a list by one value, or by none. */
export function FilterSelect({ all, options, value = '', onChoose, ...props }: FilterSelectProps) {
  return (
    <NativeSelect
      size="sm"
      data={[{ value: '', label: all }, ...options]}
      value={value}
      onChange={(event) => onChoose(event.currentTarget.value || undefined)}
      {...props}
    />
  );
}

/** What has an id and a name, as options. */
export function optionsOf(named: Iterable<{ id: string; name: string }>) {
  return Array.from(named, ({ id, name }) => ({ value: id, label: name }));
}

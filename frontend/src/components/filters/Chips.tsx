import { IconX } from '@tabler/icons-react';
import { Button } from '../ui/Button';
import classes from './filters.module.css';
import * as texts from '@/texts/instances';

export interface Chip {
  id: string;
  label: string;
  onRemove: () => void;
}

/** The filters that hold, each to be taken away alone, or all at once. */
export function Chips({ chips, onClear }: { chips: readonly Chip[]; onClear: () => void }) {
  if (chips.length === 0) return null;
  return (
    <ul className="row gap-6" aria-label={texts.activeFilters}>
      {chips.map(({ id, label, onRemove }) => (
        <li key={id}>
          <button
            type="button"
            className={`inline gap-6 tiny ${classes.chip}`}
            onClick={onRemove}
            aria-label={texts.removeFilter(label)}
          >
            {label}
            <IconX size={13} stroke={2} aria-hidden="true" />
          </button>
        </li>
      ))}
      <li>
        <Button variant="subtle" onClick={onClear}>
          {texts.clearAll}
        </Button>
      </li>
    </ul>
  );
}

import { IconChevronDown } from '@tabler/icons-react';
import { Dropdown } from '../Dropdown';
import dropdown from '../Dropdown.module.css';
import classes from './filters.module.css';

interface FacetMenuProps {
  title: string;
  counts: Record<string, number>;
  chosen: readonly string[];
  word?: (value: string) => string;
  onChoose: (values: string[]) => void;
}

/** A filter by some values, each with the number of instances that choosing it would show. */
export function FacetMenu({ title, counts, chosen, word = (value) => value, onChoose }: FacetMenuProps) {
  const values = [...new Set([...Object.keys(counts), ...chosen])].sort(
    (a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a.localeCompare(b),
  );
  return (
    <Dropdown
      className={dropdown.opener}
      on={chosen.length > 0}
      contents={`Filter by ${title.toLowerCase()}`}
      button={
        <>
          {title}
          {chosen.length > 0 && <span className={classes.chosen}>{chosen.length}</span>}
          <IconChevronDown size={14} stroke={1.8} aria-hidden="true" />
        </>
      }
    >
      {values.length === 0 && <p className={classes.none}>Nothing to choose from.</p>}
      {values.map((value) => (
        <label key={value} className={classes.choice}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) => {
              onChoose(
                event.currentTarget.checked ? [...chosen, value] : chosen.filter((other) => other !== value),
              );
            }}
          />
          <span>{word(value)}</span>
          <span className={classes.count}>{counts[value] ?? 0}</span>
        </label>
      ))}
    </Dropdown>
  );
}

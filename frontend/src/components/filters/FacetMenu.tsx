import { Button, Checkbox, Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
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
    <Popover position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          className={classes.facet ?? ''}
          data-on={chosen.length > 0}
          rightSection={<IconChevronDown size={14} stroke={1.8} />}
        >
          {title}
          {chosen.length > 0 && <span className={classes.chosen}>{chosen.length}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label={title}>
        {values.length === 0 && <p className={classes.none}>Nothing to choose from.</p>}
        {values.map((value) => (
          <div key={value} className={classes.choice}>
            <Checkbox
              size="xs"
              label={word(value)}
              checked={chosen.includes(value)}
              onChange={(event) => {
                onChoose(
                  event.currentTarget.checked ? [...chosen, value] : chosen.filter((other) => other !== value),
                );
              }}
            />
            <span className={classes.count}>{counts[value] ?? 0}</span>
          </div>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}

import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { Dropdown } from '../Dropdown';
import dropdown from '../Dropdown.module.css';
import { TextInput } from '../ui/Field';
import classes from './filters.module.css';
import * as texts from '@/texts/instances';

interface FacetMenuProps {
  title: string;
  counts: Record<string, number>;
  chosen: readonly string[];
  /** Values that can be chosen though they are not counted: the API counts the commonest only. */
  others?: readonly string[];
  word?: (value: string) => string;
  onChoose: (values: string[]) => void;
}

/** With more choices than this there is a field to find one. */
const few = 12;

/** How many choices are drawn; the field finds the rest. */
const most = 200;

/** A filter by some values, each with the number of instances that choosing it would show. */
export function FacetMenu(props: FacetMenuProps) {
  const { title, chosen } = props;
  return (
    <Dropdown
      className={dropdown.opener}
      on={chosen.length > 0}
      contents={texts.filterBy(title.toLowerCase())}
      button={
        <>
          {title}
          {chosen.length > 0 && <span className={classes.chosen}>{chosen.length}</span>}
          <IconChevronDown size={14} stroke={1.8} aria-hidden="true" />
        </>
      }
    >
      <Choices {...props} />
    </Dropdown>
  );
}

function Choices({ title, counts, chosen, others = [], word = (value) => value, onChoose }: FacetMenuProps) {
  const [text, setText] = useState('');
  const values = [...new Set([...Object.keys(counts), ...chosen, ...others])].sort(
    (a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || word(a).localeCompare(word(b)),
  );
  const wanted = text.trim().toLowerCase();
  const found = values.filter((value) => word(value).toLowerCase().includes(wanted));
  return (
    <>
      {values.length > few && (
        <TextInput
          className={classes.find}
          aria-label={texts.searchFor(title.toLowerCase())}
          placeholder={texts.search}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {found.length === 0 && (
        <p className={classes.none}>{values.length === 0 ? texts.noOptions : texts.noResults}</p>
      )}
      {found.slice(0, most).map((value) => (
        <label key={value} className={`line ${classes.choice}`}>
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
          <span className={`tiny dim end numbers ${classes.count}`}>
            {counts[value] ?? (others.includes(value) ? '' : 0)}
          </span>
        </label>
      ))}
      {found.length > most && (
        <p className={classes.none}>{texts.moreSearchToFindThem(found.length - most)}</p>
      )}
    </>
  );
}

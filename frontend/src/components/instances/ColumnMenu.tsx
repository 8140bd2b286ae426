import { IconColumns3 } from '@tabler/icons-react';
import { Dropdown } from '../Dropdown';
import dropdown from '../Dropdown.module.css';
import { DropdownButton, DropdownRule } from '../DropdownItems';
import filters from '../filters/filters.module.css';
import type { useColumns } from './useColumns';
import * as texts from '@/texts/instances';

/** Chooses the columns of the list. */
export function ColumnMenu({ optional, chosen, shows, toggle, reset }: ReturnType<typeof useColumns>) {
  return (
    <Dropdown
      className={dropdown.opener}
      on={chosen}
      align="end"
      contents={texts.columns}
      button={
        <>
          <IconColumns3 size={15} stroke={1.7} aria-hidden="true" />
          {texts.columns}
        </>
      }
    >
      {optional.map(({ id, title }) => (
        <label key={id} className={filters.choice}>
          <input type="checkbox" checked={shows(id)} onChange={() => toggle(id)} />
          <span>{title}</span>
        </label>
      ))}
      {chosen && (
        <>
          <DropdownRule />
          <DropdownButton onClick={reset}>{texts.resetToDefault}</DropdownButton>
        </>
      )}
    </Dropdown>
  );
}

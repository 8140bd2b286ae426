import { IconColumns3 } from '@tabler/icons-react';
import { Dropdown } from '../Dropdown';
import dropdown from '../Dropdown.module.css';
import { DropdownButton, DropdownRule } from '../DropdownItems';
import filters from '../filters/filters.module.css';
import { SettingInput } from '../filters/SettingInput';
import type { useColumns } from './useColumns';
import * as texts from '@/texts/instances';

interface ColumnMenuProps extends ReturnType<typeof useColumns> {
  /** Adds the values of a setting; absent when there is room for no more. */
  onSetting?: ((key: string) => void) | undefined;
}

/** Chooses the columns of the list. */
export function ColumnMenu({ optional, chosen, shows, toggle, reset, onSetting }: ColumnMenuProps) {
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
        <label key={id} className={`line ${filters.choice}`}>
          <input type="checkbox" checked={shows(id)} onChange={() => toggle(id)} />
          <span>{title}</span>
        </label>
      ))}
      {onSetting && (
        <>
          <DropdownRule />
          <SettingInput
            keys
            className={filters.find}
            label={texts.addAColumn}
            placeholder={texts.columnOfASetting}
            onEnter={onSetting}
          />
        </>
      )}
      {chosen && (
        <>
          <DropdownRule />
          <DropdownButton onClick={reset}>{texts.resetToDefault}</DropdownButton>
        </>
      )}
    </Dropdown>
  );
}

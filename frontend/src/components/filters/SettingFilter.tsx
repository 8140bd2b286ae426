import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import classes from './filters.module.css';
import { SettingInput } from './SettingInput';
import * as texts from '@/texts/instances';

/** Adds a condition on the configuration: `KEY`, `KEY=value`, `KEY~text` or free text. */
export function SettingFilter({ onAdd }: { onAdd: (term: string) => void }) {
  return (
    <SettingInput
      className={classes.setting}
      label={texts.configurationKeyKeyValueKey}
      title={texts.keyKeyValueKeyText}
      placeholder={texts.configurationKeyValue}
      icon={<IconAdjustmentsHorizontal size={15} stroke={1.7} />}
      onEnter={onAdd}
    />
  );
}

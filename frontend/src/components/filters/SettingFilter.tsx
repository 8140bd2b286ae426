import { TextInput } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './filters.module.css';
import * as texts from '@/texts/instances';

/** Adds a condition on the configuration: `KEY`, `KEY=value`, `KEY~text` or free text. */
export function SettingFilter({ onAdd }: { onAdd: (term: string) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      className={classes.setting}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === '') return;
        onAdd(text.trim());
        setText('');
      }}
    >
      <TextInput
        size="xs"
        maxLength={300}
        aria-label={texts.configurationKeyKeyValueKey}
        title={texts.keyKeyValueKeyText}
        placeholder={texts.configurationKeyValue}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        leftSection={<IconAdjustmentsHorizontal size={15} stroke={1.7} />}
      />
    </form>
  );
}

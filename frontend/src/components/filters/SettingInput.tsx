import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { suggestionsQuery } from '@/api/queries/settings';
import { completed, wantedOf } from '@/lib/settingTerm';
import { TextInput } from '../ui/Field';

interface SettingInputProps {
  label: string;
  placeholder: string;
  title?: string;
  icon?: ReactNode;
  /** Whether only keys are wanted, not conditions. */
  keys?: boolean;
  onEnter: (text: string) => void;
  className?: string | undefined;
}

/** A field for a key or a condition of the configuration, which suggests what the fleet has. */
export function SettingInput({
  label,
  placeholder,
  title,
  icon,
  keys = false,
  onEnter,
  className,
}: SettingInputProps) {
  const [text, setText] = useState('');
  const [used, setUsed] = useState(false);
  const id = useId();
  const [typed] = useDebouncedValue(text, 150);
  const { key, text: wanted } = keys ? { key: undefined, text: typed.trim() } : wantedOf(typed);
  const { data } = useQuery({
    ...suggestionsQuery(key, wanted),
    enabled: used,
    placeholderData: keepPreviousData,
  });
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === '') return;
        onEnter(text.trim());
        setText('');
      }}
    >
      <TextInput
        size="sm"
        maxLength={keys ? 200 : 300}
        aria-label={label}
        {...(title === undefined ? {} : { title })}
        placeholder={placeholder}
        list={id}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onFocus={() => setUsed(true)}
        onChange={(event) => setText(event.currentTarget.value)}
        leftSection={icon}
      />
      <datalist id={id}>
        {data?.suggestions.map((s) => (
          <option key={s.text} value={keys ? s.text : completed(typed, s.text)} label={String(s.instances)} />
        ))}
      </datalist>
    </form>
  );
}

import { type ChangeEvent, useState } from 'react';
import { aboutKey, type Knowledge } from '@/components/yaml/known';
import { Textarea, TextInput } from '../ui/Field';
import classes from './editor.module.css';
import type { YamlFile } from './yamlEdit';
import * as texts from '@/texts/editor';

interface FormProps {
  /** Files by name; undefined for one that cannot be read. */
  files: Record<'config.yml' | 'grove.yml', YamlFile | undefined>;
  known: Knowledge | undefined;
  onChange: (file: 'config.yml' | 'grove.yml', text: string) => void;
}

interface Field {
  file: 'config.yml' | 'grove.yml';
  key: string;
  label: string;
  list?: boolean;
}

const groups: { title: string; fields: Field[] }[] = [
  {
    title: texts.platform,
    fields: [
      { file: 'config.yml', key: 'PLATFORM_NAME', label: texts.platformName },
      { file: 'config.yml', key: 'CONTACT_EMAIL', label: texts.contactEmail },
    ],
  },
  {
    title: texts.hosts,
    fields: [
      { file: 'config.yml', key: 'LMS_HOST', label: texts.lms },
      { file: 'config.yml', key: 'CMS_HOST', label: texts.studio },
      { file: 'config.yml', key: 'MFE_HOST', label: texts.microFrontends },
      { file: 'config.yml', key: 'PREVIEW_LMS_HOST', label: texts.preview },
    ],
  },
  {
    title: texts.release,
    fields: [
      { file: 'config.yml', key: 'OPENEDX_COMMON_VERSION', label: texts.openEdxRelease },
      { file: 'config.yml', key: 'EDX_PLATFORM_REPOSITORY', label: texts.platformRepository },
      { file: 'config.yml', key: 'EDX_PLATFORM_VERSION', label: texts.platformBranchOrTag },
      { file: 'config.yml', key: 'PLUGINS', label: texts.pluginsOnePerLine, list: true },
    ],
  },
  {
    title: texts.theme,
    fields: [
      { file: 'grove.yml', key: 'COMPREHENSIVE_THEME_NAME', label: texts.theme },
      { file: 'grove.yml', key: 'COMPREHENSIVE_THEME_SOURCE_REPO', label: texts.themeRepository },
      { file: 'grove.yml', key: 'COMPREHENSIVE_THEME_VERSION', label: texts.themeBranchOrTag },
    ],
  },
];

/** The common keys as fields. They show and change the text of the files, nothing else. */
export function Form({ files, known, onChange }: FormProps) {
  return (
    <div className={classes.form}>
      {(['config.yml', 'grove.yml'] as const)
        .filter((name) => files[name] === undefined)
        .map((name) => (
          <p key={name} className={classes.unread}>
            {texts.couldntParseCorrectTheFile(name)}
          </p>
        ))}
      {groups.map(({ title, fields }) => (
        <fieldset key={title} className={classes.group}>
          <legend>{title}</legend>
          {fields.map((field) => (
            <KeyField
              key={field.key}
              field={field}
              file={files[field.file]}
              effect={aboutKey(known, [field.file], field.key).effect}
              onText={(text) => onChange(field.file, text)}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface KeyFieldProps {
  field: Field;
  file: YamlFile | undefined;
  effect: string;
  onText: (text: string) => void;
}

function KeyField({ field: { key, label, list = false }, file, effect, onText }: KeyFieldProps) {
  const value = list ? file?.list(key)?.join('\n') : file?.scalar(key);
  // What is no scalar, or no list, is for the editor beside.
  const other = file?.has(key) === true && value === undefined;
  // While it is typed in, a field may hold what no file should: nothing, or an empty line.
  const [typed, setTyped] = useState<string>();
  const write = (text: string) => {
    if (file) onText(list ? file.setList(key, entriesOf(text)) : file.setScalar(key, text));
  };
  const common = {
    label,
    description: (
      <>
        <code>{key}</code> {effect}
      </>
    ),
    disabled: file === undefined || other,
    ...(other ? { placeholder: texts.seeTheFile } : {}),
    value: typed ?? value ?? '',
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      const text = event.currentTarget.value;
      setTyped(text);
      if (text !== '') write(text);
    },
    onBlur: () => {
      if (typed === '' && file?.has(key) === true) write('');
      setTyped(undefined);
    },
  };
  return list ? <Textarea {...common} minRows={3} /> : <TextInput {...common} />;
}

function entriesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

import type { ChangeEvent } from 'react';
import { aboutKey, type Knowledge } from '@/components/yaml/known';
import { Textarea, TextInput } from '../ui/Field';
import classes from './editor.module.css';
import { type Field, fileNames } from './keys';
import type { useKeyEdits } from './useKeyEdits';
import * as texts from '@/texts/editor';

interface FormProps {
  edits: ReturnType<typeof useKeyEdits>;
  known: Knowledge | undefined;
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
export function Form({ edits, known }: FormProps) {
  return (
    <div className={`stack ${classes.form}`}>
      {fileNames
        .filter((name) => edits.keysOf(name) === undefined)
        .map((name) => (
          <p key={name} className={classes.unread}>
            {texts.couldntParseCorrectTheFile(name)}
          </p>
        ))}
      {groups.map(({ title, fields }) => (
        <fieldset key={title} className={`stack gap-12 ${classes.group}`}>
          <legend>{title}</legend>
          {fields.map((field) => (
            <KeyField
              key={field.key}
              field={field}
              edits={edits}
              effect={aboutKey(known, [field.file], field.key).effect}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface KeyFieldProps {
  field: Field;
  edits: FormProps['edits'];
  effect: string;
}

function KeyField({ field, edits, effect }: KeyFieldProps) {
  const { key, label, list = false } = field;
  const keys = edits.keysOf(field.file);
  // What is no scalar, or no list, is for the editor beside.
  const other = keys?.has(key) === true && keys.scalar(key) === undefined && !(list && keys.list(key));
  const failure = edits.failure(field);
  const common = {
    label,
    description: (
      <>
        <code>{key}</code> {effect}
      </>
    ),
    disabled: keys === undefined || other,
    ...(other ? { placeholder: texts.seeTheFile } : {}),
    ...(failure ? { error: texts.couldntWriteThis(failure.message) } : {}),
    value: edits.shown(field),
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      edits.type(field, event.currentTarget.value),
    onBlur: () => edits.leave(field),
  };
  return list ? <Textarea {...common} minRows={3} /> : <TextInput {...common} />;
}

import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { keyEffectsQuery } from '@/api/queries/operations';
import { SmallButton } from '../SmallButton';
import { IconButton } from '../ui/Button';
import { NativeSelect, TextInput } from '../ui/Field';
import { aboutKey, keysOf } from '../yaml/known';
import classes from './bulk.module.css';
import type { RowProblem } from './keyChanges';
import { emptyRow, type KeyRow } from './keyRow';
import * as texts from '@/texts/bulk';

interface KeyFieldsProps {
  rows: readonly KeyRow[];
  problems: ReadonlyMap<number, RowProblem>;
  onChange: (rows: KeyRow[]) => void;
}

const most = 20;

const files = ['config.yml', 'grove.yml'];

/** Keys to set and unset, a row each. */
export function KeyFields({ rows, problems, onChange }: KeyFieldsProps) {
  const id = useId();
  const known = useQuery(keyEffectsQuery()).data;
  const change = (row: KeyRow, next: Partial<KeyRow>) =>
    onChange(rows.map((r) => (r.id === row.id ? { ...r, ...next } : r)));
  return (
    <div className={`stack gap-12 ${classes.keys}`}>
      {files.map((file) => (
        <datalist key={file} id={`${id}-${file}`}>
          {Object.entries(keysOf(known, [file])).map(([key, about]) => (
            <option key={key} value={key}>
              {about}
            </option>
          ))}
        </datalist>
      ))}
      <ul className="stack gap-14" aria-label={texts.keysToChange}>
        {rows.map((row, i) => {
          const key = row.path.split('.')[0] ?? '';
          const { doc, effect, identity } = aboutKey(known, [row.file], key);
          const about = `${doc} ${effect}`.trim();
          const nth = rows.length > 1 ? texts.ofKey(i + 1) : '';
          return (
            <li key={row.id} className={classes.key}>
              <NativeSelect
                label={texts.file}
                aria-label={texts.file2(nth)}
                data={files}
                value={row.file}
                onChange={(event) => change(row, { file: event.currentTarget.value as KeyRow['file'] })}
              />
              <NativeSelect
                label={texts.action}
                aria-label={texts.action2(nth)}
                data={[
                  { value: 'set', label: texts.set },
                  { value: 'unset', label: texts.unset },
                ]}
                value={row.act}
                onChange={(event) => change(row, { act: event.currentTarget.value as KeyRow['act'] })}
              />
              <TextInput
                label={texts.key}
                aria-label={texts.key2(nth)}
                list={`${id}-${row.file}`}
                placeholder="GROVE_LMS_ENV.SESSION_COOKIE_AGE"
                spellCheck={false}
                autoComplete="off"
                maxLength={400}
                inputClassName="code"
                value={row.path}
                error={problems.get(row.id)?.path}
                onChange={(event) => change(row, { path: event.currentTarget.value })}
              />
              {row.act === 'set' && (
                <TextInput
                  label={texts.value}
                  aria-label={texts.value2(nth)}
                  placeholder={texts.yamlAStringANumber}
                  spellCheck={false}
                  autoComplete="off"
                  inputClassName="code"
                  value={row.value}
                  error={problems.get(row.id)?.value}
                  onChange={(event) => change(row, { value: event.currentTarget.value })}
                />
              )}
              {rows.length > 1 && (
                <IconButton
                  className={classes.remove ?? ''}
                  aria-label={texts.removeKey(i + 1)}
                  onClick={() => onChange(rows.filter((r) => r.id !== row.id))}
                >
                  <IconTrash size={16} stroke={1.7} />
                </IconButton>
              )}
              {about !== '' && (
                <p className={`tiny dim ${classes.about}`} data-warns={identity || undefined}>
                  {about}
                </p>
              )}
            </li>
          );
        })}
      </ul>
      {rows.length < most && (
        <SmallButton
          leftSection={<IconPlus size={14} stroke={1.8} />}
          onClick={() => onChange([...rows, emptyRow(Math.max(...rows.map((r) => r.id)) + 1)])}
        >
          {texts.addKey}
        </SmallButton>
      )}
    </div>
  );
}

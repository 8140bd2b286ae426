import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { Modal } from '../Modal';
import { Status } from '../status/Status';
import { TextInput } from '../ui/Field';
import { type Entry, search } from './entries';
import classes from './palette.module.css';
import { useEntries, useFound } from './usePaletteEntries';
import * as texts from '@/texts/frame';

interface PaletteProps {
  onClose: () => void;
  onHelp: () => void;
}

/** Search or run: instances and what can be done to them, pipelines, releases, people, pages, by a few letters. */
export default function Palette({ onClose, onHelp }: PaletteProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const entries = useEntries(onHelp);
  const found = useFound(text);
  const groups = search([...entries, ...found], text);
  const all = groups.flatMap((group) => group.found);
  const selected = Math.min(at, all.length - 1);
  const idOf = (entry: Entry) => `${id}-${all.indexOf(entry)}`;
  useEffect(() => {
    document.getElementById(`${id}-${selected}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, selected]);

  const choose = (entry: Entry) => {
    onClose();
    entry.run();
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const entry = all[selected];
    if (step !== 0) setAt((selected + step + all.length) % Math.max(1, all.length));
    else if (event.key === 'Enter' && entry) choose(entry);
    else return;
    event.preventDefault();
  };

  return (
    <Modal label={texts.searchOrRun2} className={classes.palette} onClose={onClose}>
      <TextInput
        className={classes.search}
        inputClassName={classes.input}
        placeholder={texts.searchInstancesClustersPagesAnd}
        aria-label={texts.searchOrRun2}
        aria-controls={id}
        aria-activedescendant={all.length > 0 ? `${id}-${selected}` : undefined}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        leftSection={<IconSearch size={18} stroke={1.7} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id={id} className={classes.list}>
        {groups.map(({ kind, found }) => (
          <div key={kind} role="group" aria-labelledby={`${id}-${kind}`}>
            <div id={`${id}-${kind}`} className={`tiny dim ${classes.kind}`}>
              {kind}
            </div>
            {found.map((entry) => (
              <button
                key={`${kind} ${entry.id}`}
                id={idOf(entry)}
                type="button"
                tabIndex={-1}
                className={`line ${classes.entry}`}
                data-selected={entry === all[selected] || undefined}
                onClick={() => choose(entry)}
              >
                <span className={`grow ${classes.words}`}>
                  <span>{entry.label}</span>
                  {entry.about !== undefined && <span className="tiny dim">{entry.about}</span>}
                </span>
                {entry.look && <Status look={entry.look} />}
              </button>
            ))}
          </div>
        ))}
        {groups.length === 0 && <p className={classes.none}>{texts.noResults}</p>}
      </div>
    </Modal>
  );
}

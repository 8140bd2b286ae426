import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Status } from '../status/Status';
import { search } from './entries';
import classes from './frame.module.css';
import { useEntries, useFound } from './usePaletteEntries';
import * as texts from '@/texts/frame';

const [store, palette] = createSpotlight();

interface PaletteProps {
  onClose: () => void;
  onHelp: () => void;
}

/** Search or run: instances and what can be done to them, pipelines, releases, people, pages, by a few letters. */
export default function Palette({ onClose, onHelp }: PaletteProps) {
  const [text, setText] = useState('');
  const entries = useEntries(onHelp);
  useEffect(() => {
    palette.open();
  }, []);
  const found = useFound(text);
  const groups = search([...entries, ...found], text);
  return (
    <Spotlight.Root
      store={store}
      query={text}
      onQueryChange={setText}
      onSpotlightClose={onClose}
      shortcut={null}
      scrollable
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      attributes={{ content: { 'aria-label': texts.searchOrRun2 } }}
    >
      <Spotlight.Search
        placeholder={texts.searchInstancesClustersPagesAnd}
        aria-label={texts.searchOrRun2}
        leftSection={<IconSearch size={18} stroke={1.7} />}
        onKeyDown={({ key, currentTarget }) => {
          // What was found after it was typed is not selected yet.
          const selected = currentTarget.closest('[role=dialog]')?.querySelector('[data-selected]');
          const first = groups[0]?.found[0];
          if (key !== 'Enter' || selected || !first) return;
          palette.close();
          first.run();
        }}
      />
      <Spotlight.ActionsList>
        {groups.map(({ kind, found }) => (
          <Spotlight.ActionsGroup key={kind} label={kind}>
            {found.map((entry) => (
              <Spotlight.Action
                key={`${kind} ${entry.id}`}
                className={classes.found ?? ''}
                label={entry.label}
                {...(entry.about === undefined ? {} : { description: entry.about })}
                rightSection={entry.look && <Status look={entry.look} />}
                onClick={entry.run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>{texts.noResults}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

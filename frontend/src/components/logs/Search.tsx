import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import { IconButton } from '../ui/Button';
import { TextInput } from '../ui/Field';
import classes from './logs.module.css';
import * as texts from '@/texts/logs';

interface SearchProps {
  text: string;
  hits: number;
  hit: number;
  /** Whether only a part of the log is searched. */
  partial: boolean;
  onText: (text: string) => void;
  onGo: (hit: number) => void;
}

/** Searches the log; Enter goes on, with Shift back. */
export function Search({ text, hits, hit, partial, onText, onGo }: SearchProps) {
  return (
    <div role="search" className={`line gap-4 ${classes.search}`}>
      <TextInput
        size="sm"
        aria-label={texts.searchLog}
        placeholder={texts.searchLog}
        leftSection={<IconSearch size={14} stroke={1.8} />}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || hits === 0) return;
          event.preventDefault();
          onGo(event.shiftKey ? hit - 1 : hit + (event.currentTarget.dataset.gone === text ? 1 : 0));
          event.currentTarget.dataset.gone = text;
        }}
      />
      <span role="status" className={`tiny dim numbers ${classes.count}`}>
        {text !== '' && (hits === 0 ? texts.none : texts.ofText(hit + 1, hits))}
        {text !== '' && partial && texts.inThisPart}
      </span>
      {hits > 0 && (
        <>
          <IconButton size={26} aria-label={texts.previousMatch} onClick={() => onGo(hit - 1)}>
            <IconChevronUp size={15} />
          </IconButton>
          <IconButton size={26} aria-label={texts.nextMatch} onClick={() => onGo(hit + 1)}>
            <IconChevronDown size={15} />
          </IconButton>
        </>
      )}
    </div>
  );
}

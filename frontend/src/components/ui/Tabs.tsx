import { type ReactNode, useRef } from 'react';
import classes from './Tabs.module.css';

interface TabsProps {
  label: string;
  /** Files by name, and what is shown of each. */
  tabs: readonly { name: string; contents: ReactNode }[];
  open: string;
  /** The id of what shows the one that is open. */
  panel: string;
  onOpen: (name: string) => void;
}

/** Files to choose from, one at a time; the arrow keys go from one to the next. */
export function Tabs({ label, tabs, open, panel, onOpen }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const go = (from: number, step: number) => {
    const next = (from + step + tabs.length) % tabs.length;
    onOpen(tabs[next]?.name ?? open);
    list.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label={label} className={`row gap-2 ${classes.tabs}`}>
      {tabs.map(({ name, contents }, i) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === open}
          aria-controls={panel}
          tabIndex={name === open ? 0 : -1}
          className={`inline gap-6 tiny dim code ${classes.tab}`}
          onClick={() => onOpen(name)}
          onKeyDown={({ key }) => {
            if (key === 'ArrowRight') go(i, 1);
            if (key === 'ArrowLeft') go(i, -1);
          }}
        >
          {contents}
        </button>
      ))}
    </div>
  );
}

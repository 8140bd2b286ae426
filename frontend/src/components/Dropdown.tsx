import { type ReactNode, type ToggleEvent, useId, useRef } from 'react';
import classes from './Dropdown.module.css';

interface DropdownProps {
  /** What the button shows. */
  button: ReactNode;
  label?: string;
  /** What opens, for those who do not see it. */
  contents: string;
  className?: string | undefined;
  on?: boolean;
  align?: 'start' | 'end';
  onOpen?: (open: boolean) => void;
  children: ReactNode;
}

const gap = 4;
const edge = 8;

/**
 * A button that opens a small panel beside it. The browser's own popover does the rest: it lies above
 * everything, closes by Escape and by a press elsewhere, and gives the focus back.
 */
export function Dropdown({
  button,
  label,
  contents,
  className = '',
  on = false,
  align = 'start',
  onOpen,
  children,
}: DropdownProps) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const place = (event: ToggleEvent) => {
    const from = opener.current?.getBoundingClientRect();
    if (event.newState !== 'open' || !from || !panel.current) return;
    const { style } = panel.current;
    style.top = `${from.bottom + gap}px`;
    style.left = align === 'start' ? `${from.left}px` : 'auto';
    style.right = align === 'end' ? `${document.documentElement.clientWidth - from.right}px` : 'auto';
    style.maxHeight = `${window.innerHeight - from.bottom - gap - edge}px`;
  };
  /** On narrow screens the panel keeps within the edge. */
  const keepInside = (event: ToggleEvent) => {
    const box = panel.current?.getBoundingClientRect();
    if (event.newState !== 'open' || !box || !panel.current) return;
    const over = box.right - document.documentElement.clientWidth + edge;
    if (over > 0 && align === 'start') panel.current.style.left = `${Math.max(edge, box.left - over)}px`;
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        className={className}
        aria-label={label}
        data-on={on}
        popoverTarget={id}
      >
        {button}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="group"
        aria-label={contents}
        className={classes.panel}
        onBeforeToggle={place}
        onToggle={(event) => {
          keepInside(event);
          onOpen?.(event.newState === 'open');
        }}
        onClick={(event) => {
          const chosen = (event.target as HTMLElement).closest('[data-close]');
          if (chosen) panel.current?.hidePopover();
        }}
      >
        {children}
      </div>
    </>
  );
}

import { Unsaved } from '@/components/Unsaved';
import { Button } from '@/components/ui/Button';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

interface EditorBarProps {
  changed: boolean;
  /** Whether it can be saved as it is. */
  ready: boolean;
  busy?: boolean;
  onDiscard: () => void;
  /** How it stands. */
  children: string;
}

/** Saves or discards what is edited above, and asks before a page is left without either. */
export function EditorBar({ changed, ready, busy, onDiscard, children }: EditorBarProps) {
  return (
    <div className={`row ${classes.bar}`}>
      <p role="status" className="dim">
        {children}
      </p>
      <Button variant="default" disabled={!changed} onClick={onDiscard}>
        {texts.discardChanges}
      </Button>
      <Button type="submit" disabled={!ready} loading={busy}>
        {texts.save}
      </Button>
      <Unsaved changed={changed} />
    </div>
  );
}

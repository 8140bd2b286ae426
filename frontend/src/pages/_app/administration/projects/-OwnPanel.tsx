import type { ReactNode } from 'react';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { ownLook } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import * as texts from '@/texts/projects';

interface OwnPanelProps {
  title: string;
  /** Whether its settings are other than the default. */
  own: boolean;
  /** What else to know of them. */
  note?: ReactNode;
  onDefault: () => void;
  children: ReactNode;
}

/** Settings that have a default, and a way back to it. */
export function OwnPanel({ title, own, note, onDefault, children }: OwnPanelProps) {
  return (
    <Panel
      title={title}
      note={
        <>
          {own && <Status look={ownLook} />} {note}
        </>
      }
      actions={
        own && (
          <SmallButton onClick={onDefault} aria-label={texts.resetOne(title)}>
            {texts.resetToDefault}
          </SmallButton>
        )
      }
    >
      {children}
    </Panel>
  );
}

/** Fields that belong together. */
export function Group({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className="stack gap-12">
      <legend className="hidden">{legend}</legend>
      {children}
    </fieldset>
  );
}

import type { ReactNode } from 'react';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import { CopyButton } from '@/components/ui/CopyButton';
import classes from './-account.module.css';
import * as texts from '@/texts/account';

interface NewSecretProps {
  label: string;
  /** A secret, or several in lines. */
  secret: string;
  onHide: () => void;
  /** What to do with it. */
  children: ReactNode;
}

/** A secret that is shown this once. */
export function NewSecret({ label, secret, onHide, children }: NewSecretProps) {
  return (
    <section className={`stack gap-10 ${classes.secret}`} role="status" aria-label={label}>
      <p>{children}</p>
      <code>{secret}</code>
      <Actions align="start">
        <CopyButton value={secret}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? texts.copied : texts.copy}</Button>}
        </CopyButton>
        <Button variant="default" onClick={onHide}>
          {texts.done}
        </Button>
      </Actions>
    </section>
  );
}

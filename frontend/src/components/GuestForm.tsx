import type { ReactNode, SubmitEvent } from 'react';
import { Failure } from './Failure';
import { Button } from './ui/Button';

interface GuestFormProps {
  /** What useApiForm gave. */
  form: { submit: (event: SubmitEvent<HTMLFormElement>) => unknown; busy: boolean; failure: Error | null };
  /** What could not be done, should it fail. */
  failed: string;
  /** What its button says. */
  verb: string;
  children: ReactNode;
}

/** The form of a page for a visitor who is not logged in. */
export function GuestForm({ form: { submit, busy, failure }, failed, verb, children }: GuestFormProps) {
  return (
    <form onSubmit={submit} noValidate>
      {children}
      {failure && <Failure error={failure} what={failed} />}
      <Button type="submit" loading={busy} size="md" fullWidth>
        {verb}
      </Button>
    </form>
  );
}

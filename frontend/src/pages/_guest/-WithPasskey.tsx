import { useState } from 'react';
import { api } from '@/api/client';
import { askForPasskey, knowsPasskeys } from '@/api/passkey';
import type { SignedIn } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Button } from '@/components/ui/Button';
import * as texts from '@/texts/passkey';

/** Logs in with a passkey, in browsers that know them. */
export default function WithPasskey({ onDone }: { onDone: (signedIn: SignedIn) => Promise<void> }) {
  const [failure, setFailure] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await onDone(await api.post('/auth/v1/login/passkey', { body: await askForPasskey() }));
    } catch (cause) {
      setFailure(cause as Error);
    } finally {
      setBusy(false);
    }
  };
  if (!knowsPasskeys()) return null;
  return (
    <>
      {failure && <Failure error={failure} what={texts.couldntUseThePasskey} />}
      <Button variant="default" size="md" fullWidth loading={busy} onClick={() => void run()}>
        {texts.logInWithPasskey}
      </Button>
    </>
  );
}

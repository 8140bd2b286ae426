import { useMutation } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { PendingConfirmation } from '@/api/confirmation';
import { askForPasskey, knowsPasskeys } from '@/api/passkey';
import { Dialog } from './Dialog';
import { Failure } from './Failure';
import { Actions } from './ui/Actions';
import { Button, ButtonAnchor } from './ui/Button';
import { PasswordInput } from './ui/PasswordInput';
import { useApiForm } from './useApiForm';
import { useMe } from './useMe';
import * as texts from '@/texts/confirmation';
import * as passkeyTexts from '@/texts/passkey';

function WithPasskey({ onDone }: { onDone: () => void }) {
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () =>
      api.post('/auth/v1/me/confirmation', { body: { passkey: await askForPasskey() } }),
    onSuccess: onDone,
  });
  return (
    <>
      {error && <Failure error={error} what={passkeyTexts.couldntUseThePasskey} />}
      <Button variant="default" loading={isPending} onClick={() => mutate()}>
        {passkeyTexts.usePasskey}
      </Button>
    </>
  );
}

/** Asks for the password or a passkey, or for a new sign-in by who has neither. */
export default function StepUpDialog({ pending }: { pending: PendingConfirmation }) {
  const me = useMe();
  const cancel = () => pending.settle(false);
  const form = useApiForm({
    initialValues: { password: '' },
    validate: { password: (v) => (v === '' ? texts.enterYourCurrentPassword : null) },
    send: ({ password }) => api.post('/auth/v1/me/confirmation', { body: { password } }),
    onDone: () => confirmed(),
  });
  const passkey = me?.hasPasskey === true && knowsPasskeys();
  const confirmed = () => pending.settle(true);
  if (passkey && !me.hasPassword) {
    return (
      <Dialog title={texts.confirmIdentity} onClose={cancel}>
        <p>{pending.message}</p>
        <Actions apart>
          <Button variant="default" onClick={cancel}>
            {texts.cancel}
          </Button>
          <WithPasskey onDone={confirmed} />
        </Actions>
      </Dialog>
    );
  }
  if (me !== undefined && !me.hasPassword) {
    const here = encodeURIComponent(window.location.pathname + window.location.search);
    return (
      <Dialog title={texts.confirmIdentity} onClose={cancel}>
        <p>{pending.message}</p>
        <p>{texts.signInAgainAbout}</p>
        <Actions apart>
          <Button variant="default" onClick={cancel}>
            {texts.cancel}
          </Button>
          <ButtonAnchor href={`/function/auth/v1/google/start?fresh=true&return=${here}`}>
            {texts.signInAgain}
          </ButtonAnchor>
        </Actions>
      </Dialog>
    );
  }
  return (
    <Dialog title={texts.confirmIdentity} onClose={cancel}>
      <form onSubmit={form.submit} noValidate>
        <p>{pending.message}</p>
        <input type="hidden" autoComplete="username" value={me?.email ?? ''} readOnly />
        <PasswordInput
          label={texts.currentPassword}
          autoComplete="current-password"
          required
          data-autofocus
          {...form.field('password')}
        />
        {form.failure && <Failure error={form.failure} what={texts.notConfirmed} />}
        <Actions apart>
          <Button variant="default" onClick={cancel}>
            {texts.cancel}
          </Button>
          {passkey && <WithPasskey onDone={confirmed} />}
          <Button type="submit" loading={form.busy}>
            {texts.confirm}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

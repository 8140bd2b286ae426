import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, session } from '@/api/client';
import { createPasskey, knowsPasskeys } from '@/api/passkey';
import { meQuery, passkeysQuery } from '@/api/queries/identity';
import type { Passkey, PasskeyState } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Table } from '@/components/Table';
import { showToast } from '@/components/showToast';
import { Time } from '@/components/Time';
import { Button } from '@/components/ui/Button';
import { Checkbox } from '@/components/ui/Checkbox';
import { CopyButton } from '@/components/ui/CopyButton';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import classes from './-account.module.css';
import * as texts from '@/texts/passkeys';

/** The passkeys of who is logged in, and what stands in for one that is lost. */
export function Passkeys() {
  const query = useQuery(passkeysQuery);
  const queryClient = useQueryClient();
  const [codes, setCodes] = useState<string[]>([]);
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    // The first passkey may give an administrator their rights.
    const me = await api.get('/auth/v1/me');
    queryClient.setQueryData(meQuery.queryKey, me);
    session.update(me);
  };
  return (
    <Panel title={texts.passkeys} note={texts.about}>
      {codes.length > 0 && <Codes codes={codes} onHide={() => setCodes([])} />}
      <Loaded query={query} what={texts.yourPasskeys}>
        {(state) => (
          <>
            {state.demanded && <p className={classes.text}>{texts.demanded}</p>}
            <List passkeys={state.passkeys} onRemoved={refresh} />
            {state.passkeys.length > 0 && <Rules state={state} onCodes={setCodes} onChanged={refresh} />}
          </>
        )}
      </Loaded>
      {knowsPasskeys() ? (
        <NewPasskey
          onAdded={async (fresh) => {
            if (fresh.length > 0) setCodes(fresh);
            await refresh();
          }}
        />
      ) : (
        <p className={classes.plain}>{texts.notHere}</p>
      )}
    </Panel>
  );
}

function NewPasskey({ onAdded }: { onAdded: (codes: string[]) => Promise<void> }) {
  const form = useApiForm({
    initialValues: { name: '' },
    validate: { name: (v) => (v.trim() === '' ? texts.enterAName : null) },
    send: async ({ name }) => {
      const created = await createPasskey();
      return api.post('/auth/v1/me/passkeys', { body: { ...created, name: name.trim() } });
    },
    onDone: async ({ recoveryCodes }) => {
      form.reset();
      showToast(texts.passkeyAdded);
      await onAdded(recoveryCodes);
    },
  });
  return (
    <form onSubmit={form.submit} noValidate className={classes.form}>
      <TextInput label={texts.name} description={texts.where} maxLength={200} {...form.field('name')} />
      {form.failure && <Failure error={form.failure} what={texts.couldntAdd} />}
      <Button type="submit" loading={form.busy} className={classes.button ?? ''}>
        {texts.add}
      </Button>
    </form>
  );
}

function List({ passkeys, onRemoved }: { passkeys: Passkey[]; onRemoved: () => Promise<void> }) {
  const [removing, setRemoving] = useState<Passkey>();
  if (passkeys.length === 0) return <p className={classes.text}>{texts.noPasskeys}</p>;
  return (
    <>
      <Table label={texts.passkeys} heads={[texts.name, texts.added, texts.lastUsed, '']}>
        {passkeys.map((one) => (
          <tr key={one.id}>
            <td>{one.name}</td>
            <td data-dim>
              <Time at={one.createdAt} />
            </td>
            <td data-dim>{one.lastUsedAt === undefined ? texts.never : <Time at={one.lastUsedAt} />}</td>
            <td data-end>
              <SmallButton onClick={() => setRemoving(one)} aria-label={texts.removeOne(one.name)}>
                {texts.remove}
              </SmallButton>
            </td>
          </tr>
        ))}
      </Table>
      {removing && (
        <Confirm
          title={texts.removeQuestion(removing.name)}
          verb={texts.remove}
          destructive
          run={() =>
            api.delete('/auth/v1/me/passkeys/{passkey}', { params: { path: { passkey: removing.id } } })
          }
          onDone={() => void onRemoved()}
          onClose={() => setRemoving(undefined)}
        >
          {texts.itNoLongerLogsYouIn}
        </Confirm>
      )}
    </>
  );
}

interface RulesProps {
  state: PasskeyState;
  onCodes: (codes: string[]) => void;
  onChanged: () => Promise<void>;
}

function Rules({ state, onCodes, onChanged }: RulesProps) {
  const only = useMutation({
    mutationFn: (next: boolean) => api.put('/auth/v1/me/passkey-only', { body: { only: next } }),
    onSettled: onChanged,
  });
  const codes = useMutation({
    mutationFn: () => api.post('/auth/v1/me/recovery-codes'),
    onSuccess: (made) => onCodes(made.codes),
    onSettled: onChanged,
  });
  return (
    <div className={classes.form}>
      {!state.demanded && (
        <Checkbox
          style={{ marginTop: 8 }}
          label={texts.only}
          description={texts.onlyAbout}
          checked={state.only}
          disabled={only.isPending}
          onChange={(event) => only.mutate(event.currentTarget.checked)}
        />
      )}
      {only.error && <Failure error={only.error} what={texts.couldntChange} />}
      <div className={classes.row}>
        <p className={classes.plain}>{texts.codesLeft(state.recoveryCodes)}</p>
        <SmallButton loading={codes.isPending} onClick={() => codes.mutate()}>
          {texts.newCodes}
        </SmallButton>
      </div>
      {codes.error && <Failure error={codes.error} what={texts.couldntCreateCodes} />}
    </div>
  );
}

function Codes({ codes, onHide }: { codes: string[]; onHide: () => void }) {
  return (
    <section className={classes.secret} role="status" aria-label={texts.recoveryCodes}>
      <p className={classes.plain}>{texts.keepThem}</p>
      <code>
        {codes.map((code) => (
          <div key={code}>{code}</div>
        ))}
      </code>
      <div className={classes.row}>
        <CopyButton value={codes.join('\n')}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? texts.copied : texts.copy}</Button>}
        </CopyButton>
        <Button variant="default" onClick={onHide}>
          {texts.done}
        </Button>
      </div>
    </section>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, session } from '@/api/client';
import { createPasskey, knowsPasskeys } from '@/api/passkey';
import { meQuery, passkeysQuery } from '@/api/queries/identity';
import type { Passkey, PasskeyState } from '@/api/types';
import { ApiForm } from '@/components/ApiForm';
import { Confirm } from '@/components/Confirm';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Table, TimeCell } from '@/components/Table';
import { showToast } from '@/components/showToast';
import { Checkbox } from '@/components/ui/Checkbox';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import { NewSecret } from './-NewSecret';
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
      <div className="stack gap-12">
        {codes.length > 0 && (
          <NewSecret label={texts.recoveryCodes} secret={codes.join('\n')} onHide={() => setCodes([])}>
            {texts.keepThem}
          </NewSecret>
        )}
        <Loaded query={query} what={texts.yourPasskeys}>
          {(state) => (
            <>
              {state.demanded && <p>{texts.demanded}</p>}
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
          <p>{texts.notHere}</p>
        )}
      </div>
    </Panel>
  );
}

function NewPasskey({ onAdded }: { onAdded: (codes: string[]) => Promise<void> }) {
  const form = useApiForm({
    initialValues: { name: '' },
    validate: { name: required(texts.enterAName) },
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
    <ApiForm form={form} failed={texts.couldntAdd} verb={texts.add}>
      <TextInput label={texts.name} description={texts.where} maxLength={200} {...form.field('name')} />
    </ApiForm>
  );
}

function List({ passkeys, onRemoved }: { passkeys: Passkey[]; onRemoved: () => Promise<void> }) {
  const [removing, setRemoving] = useState<Passkey>();
  if (passkeys.length === 0) return <p>{texts.noPasskeys}</p>;
  return (
    <>
      <Table label={texts.passkeys} heads={[texts.name, texts.added, texts.lastUsed, '']}>
        {passkeys.map((one) => (
          <tr key={one.id}>
            <td>{one.name}</td>
            <TimeCell at={one.createdAt} />
            <TimeCell at={one.lastUsedAt} never={texts.never} />
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
    <div className="stack gap-12">
      {!state.demanded && (
        <Checkbox
          label={texts.only}
          description={texts.onlyAbout}
          checked={state.only}
          disabled={only.isPending}
          onChange={(event) => only.mutate(event.currentTarget.checked)}
        />
      )}
      {only.error && <Failure error={only.error} what={texts.couldntChange} />}
      <div className="row gap-12">
        <p>{texts.codesLeft(state.recoveryCodes)}</p>
        <SmallButton loading={codes.isPending} onClick={() => codes.mutate()}>
          {texts.newCodes}
        </SmallButton>
      </div>
      {codes.error && <Failure error={codes.error} what={texts.couldntCreateCodes} />}
    </div>
  );
}

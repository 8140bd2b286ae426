import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { User } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { roleWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import { Table, TimeCell } from '@/components/Table';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import * as texts from '@/texts/access';

/** What lets a user in besides their password, for an administrator to revoke. */
export default function WaysInDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const queryClient = useQueryClient();
  const queryKey = ['users', user.id, 'ways-in'];
  const path = { user: user.id };
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => api.get('/auth/v1/users/{user}/ways-in', { signal, params: { path } }),
  });
  const { mutate, isPending, error } = useMutation({
    mutationFn: (revoke: () => Promise<unknown>) => revoke(),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
  const revokeToken = (token: string) =>
    api.delete('/auth/v1/users/{user}/tokens/{token}', { params: { path: { user: user.id, token } } });
  const all = (verb: string, none: boolean, revoke: () => Promise<unknown>) => (
    <Button variant="default" disabled={none || isPending} onClick={() => mutate(revoke)}>
      {verb}
    </Button>
  );
  return (
    <Dialog title={texts.accessOf(user.name)} onClose={onClose} size="xl">
      <Loaded query={query} what={texts.theAccess}>
        {({ tokens, rememberedBrowsers, passkeys, linked }) => (
          <div className="stack">
            <Table
              label={texts.apiTokens}
              empty={<p>{texts.noTokens}</p>}
              heads={[texts.name, texts.role, texts.lastUsed, texts.address, texts.expires, '']}
            >
              {tokens.map((token) => (
                <tr key={token.id}>
                  <td>{token.name}</td>
                  <td>{roleWords[token.role]}</td>
                  <TimeCell at={token.lastUsedAt} never={texts.never} />
                  <td data-dim>{token.lastFrom}</td>
                  <TimeCell at={token.expiresAt} ahead />
                  <td data-end>
                    <SmallButton
                      aria-label={texts.revokeToken(token.name)}
                      onClick={() => mutate(() => revokeToken(token.id))}
                    >
                      {texts.revoke}
                    </SmallButton>
                  </td>
                </tr>
              ))}
            </Table>
            <div>
              <p>{texts.browsers(rememberedBrowsers)}</p>
              <p>
                {passkeys.length === 0
                  ? texts.noPasskeys
                  : texts.passkeys(passkeys.map((p) => p.name).join(', '))}
              </p>
              <p>{linked ? texts.linked : texts.notLinked}</p>
            </div>
            {error && <Failure error={error} what={texts.notRevoked} />}
            <Actions>
              {all(texts.forgetBrowsers, rememberedBrowsers === 0, () =>
                api.delete('/auth/v1/users/{user}/browsers', { params: { path } }),
              )}
              {all(texts.removePasskeys, passkeys.length === 0, () =>
                api.delete('/auth/v1/users/{user}/passkeys', { params: { path } }),
              )}
              {all(texts.unlink, !linked, () =>
                api.delete('/auth/v1/users/{user}/link', { params: { path } }),
              )}
              <Button
                danger
                disabled={tokens.length === 0 || isPending}
                onClick={() => mutate(() => api.delete('/auth/v1/users/{user}/tokens', { params: { path } }))}
              >
                {texts.revokeAll}
              </Button>
            </Actions>
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}

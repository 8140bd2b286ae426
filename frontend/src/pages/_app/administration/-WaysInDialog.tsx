import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { User } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { roleWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import classes from './-people.module.css';
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
  return (
    <Dialog title={texts.accessOf(user.name)} onClose={onClose} size="xl">
      <Loaded query={query} what={texts.theAccess}>
        {({ tokens, rememberedBrowsers, passkeys, linked }) => (
          <>
            {tokens.length === 0 ? (
              <p className={classes.line}>{texts.noTokens}</p>
            ) : (
              <Table
                label={texts.apiTokens}
                heads={[texts.name, texts.role, texts.lastUsed, texts.address, texts.expires, '']}
              >
                {tokens.map((token) => (
                  <tr key={token.id}>
                    <td>{token.name}</td>
                    <td>{roleWords[token.role]}</td>
                    <td data-dim>
                      {token.lastUsedAt === undefined ? texts.never : <Time at={token.lastUsedAt} />}
                    </td>
                    <td data-dim>{token.lastFrom ?? ''}</td>
                    <td data-dim>
                      <Time at={token.expiresAt} ahead />
                    </td>
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
            )}
            <p className={`${classes.line} ${classes.apart}`}>{texts.browsers(rememberedBrowsers)}</p>
            <p className={classes.line}>
              {passkeys.length === 0
                ? texts.noPasskeys
                : texts.passkeys(passkeys.map((p) => p.name).join(', '))}
            </p>
            <p className={classes.line}>{linked ? texts.linked : texts.notLinked}</p>
            {error && <Failure error={error} what={texts.notRevoked} />}
            <Actions apart>
              <Button
                variant="default"
                disabled={rememberedBrowsers === 0 || isPending}
                onClick={() =>
                  mutate(() => api.delete('/auth/v1/users/{user}/browsers', { params: { path } }))
                }
              >
                {texts.forgetBrowsers}
              </Button>
              <Button
                variant="default"
                disabled={passkeys.length === 0 || isPending}
                onClick={() =>
                  mutate(() => api.delete('/auth/v1/users/{user}/passkeys', { params: { path } }))
                }
              >
                {texts.removePasskeys}
              </Button>
              <Button
                variant="default"
                disabled={!linked || isPending}
                onClick={() => mutate(() => api.delete('/auth/v1/users/{user}/link', { params: { path } }))}
              >
                {texts.unlink}
              </Button>
              <Button
                danger
                disabled={tokens.length === 0 || isPending}
                onClick={() => mutate(() => api.delete('/auth/v1/users/{user}/tokens', { params: { path } }))}
              >
                {texts.revokeAll}
              </Button>
            </Actions>
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

import { Button, CopyButton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, client } from '@/api/client';
import { tokensQuery } from '@/api/queries/identity';
import type { Token } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Empty } from '@/components/Empty';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { roleWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { useClusters } from '@/components/useClusters';
import { AccountSections } from './-AccountSections';
import classes from './-account.module.css';
import { TokenForm } from './-TokenForm';

export const Route = createFileRoute('/_app/account/tokens')({ component: Tokens });

function Tokens() {
  const query = useQuery(tokensQuery);
  const queryClient = useQueryClient();
  const clusters = useClusters();
  const [secret, setSecret] = useState<string>();
  const [revoking, setRevoking] = useState<Token>();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
  return (
    <Page title="API tokens" about="For programs that act in your name, with no more than your roles.">
      <AccountSections />
      {secret !== undefined && <NewSecret secret={secret} onHide={() => setSecret(undefined)} />}
      <Panel title="New token">
        <TokenForm
          onMade={(made) => {
            setSecret(made);
            refresh();
          }}
        />
      </Panel>
      <Panel title="Tokens" flush>
        <Loaded query={query} what="Your tokens">
          {({ tokens }) =>
            tokens.length === 0 ? (
              <Empty title="No tokens">
                A token shows here with its last use, until it expires or you revoke it.
              </Empty>
            ) : (
              <Table
                label="API tokens"
                heads={['Name', 'Role', 'Clusters', 'Made', 'Last use', 'Expires', '']}
              >
                {tokens.map((token) => (
                  <tr key={token.id}>
                    <td>{token.name}</td>
                    <td>{roleWords[token.role]}</td>
                    <td data-wrap>
                      {token.clusters.length > 0
                        ? token.clusters.map((id) => clusters.get(id)?.name ?? id).join(', ')
                        : 'All of yours'}
                    </td>
                    <td data-dim>
                      <Time at={token.createdAt} />
                    </td>
                    <td data-dim>
                      {token.lastUsedAt === undefined ? 'Never' : <Time at={token.lastUsedAt} />}
                    </td>
                    <td data-dim>
                      <Time at={token.expiresAt} />
                    </td>
                    <td data-end>
                      <SmallButton onClick={() => setRevoking(token)} aria-label={`Revoke ${token.name}`}>
                        Revoke
                      </SmallButton>
                    </td>
                  </tr>
                ))}
              </Table>
            )
          }
        </Loaded>
      </Panel>
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          verb="Revoke"
          destructive
          run={() =>
            answer(client.DELETE('/auth/v1/me/tokens/{token}', { params: { path: { token: revoking.id } } }))
          }
          onDone={refresh}
          onClose={() => setRevoking(undefined)}
        >
          Programs that use it are refused from now on. This cannot be undone.
        </Confirm>
      )}
    </Page>
  );
}

function NewSecret({ secret, onHide }: { secret: string; onHide: () => void }) {
  return (
    <section className={classes.secret} role="status" aria-label="The new token">
      <p>
        <strong>Copy it now.</strong> It is shown this once.
      </p>
      <code>{secret}</code>
      <div className={classes.row}>
        <CopyButton value={secret}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
        </CopyButton>
        <Button variant="default" onClick={onHide}>
          I have it
        </Button>
      </div>
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { tokensQuery } from '@/api/queries/identity';
import { useRefresh } from '@/api/queryClient';
import type { Token } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Empty } from '@/components/Empty';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { roleWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import { Table, TimeCell } from '@/components/Table';
import { useClusters } from '@/components/useClusters';
import { AccountSections } from './-AccountSections';
import { NewSecret } from './-NewSecret';
import { TokenForm } from './-TokenForm';
import * as texts from '@/texts/account';

export const Route = createFileRoute('/_app/account/tokens')({ component: Tokens });

function Tokens() {
  const query = useQuery(tokensQuery);
  const clusters = useClusters();
  const [secret, setSecret] = useState<string>();
  const [revoking, setRevoking] = useState<Token>();
  const refresh = useRefresh(tokensQuery);
  return (
    <Page title={texts.apiTokens} about={texts.tokensLetProgramsActOn}>
      <AccountSections />
      {secret !== undefined && (
        <NewSecret label={texts.newToken} secret={secret} onHide={() => setSecret(undefined)}>
          {texts.copyItNowYouWont}
        </NewSecret>
      )}
      <Panel title={texts.newToken}>
        <TokenForm
          onMade={(made) => {
            setSecret(made);
            void refresh();
          }}
        />
      </Panel>
      <Panel title={texts.tokens} flush>
        <Loaded query={query} what={texts.yourTokens} shape="rows">
          {({ tokens }) => (
            <Table
              label={texts.apiTokens}
              empty={<Empty title={texts.noTokens}>{texts.tokensAppearHereUntilThey}</Empty>}
              heads={[
                texts.name,
                texts.role,
                texts.clusters,
                texts.created,
                texts.lastUsed,
                texts.address,
                texts.expires,
                '',
              ]}
            >
              {tokens.map((token) => (
                <tr key={token.id}>
                  <td>{token.name}</td>
                  <td>{roleWords[token.role]}</td>
                  <td data-wrap>
                    {token.clusters.length > 0
                      ? token.clusters.map((id) => clusters.get(id)?.name ?? id).join(', ')
                      : texts.allYourClusters}
                  </td>
                  <TimeCell at={token.createdAt} />
                  <TimeCell at={token.lastUsedAt} never={texts.never} />
                  <td data-dim>{token.lastFrom}</td>
                  <TimeCell at={token.expiresAt} ahead />
                  <td data-end>
                    <SmallButton onClick={() => setRevoking(token)} aria-label={texts.revokeOne(token.name)}>
                      {texts.revoke}
                    </SmallButton>
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Loaded>
      </Panel>
      {revoking && (
        <Confirm
          title={texts.revokeQuestion(revoking.name)}
          verb={texts.revoke}
          destructive
          run={() => api.delete('/auth/v1/me/tokens/{token}', { params: { path: { token: revoking.id } } })}
          onDone={refresh}
          onClose={() => setRevoking(undefined)}
        >
          {texts.programsThatUseThisToken}
        </Confirm>
      )}
    </Page>
  );
}

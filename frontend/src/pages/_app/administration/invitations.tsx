import { useMutation, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { api } from '@/api/client';
import { invitationsQuery } from '@/api/queries/identity';
import { useRefresh } from '@/api/queryClient';
import type { Invitation } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { useMail } from '@/components/NoMail';
import { NotAllowed } from '@/components/NotAllowed';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { rolesInWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import type { Look } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table, TimeCell } from '@/components/Table';
import { useMay } from '@/components/useMe';
import { InviteForm } from './-InviteForm';
import { PeopleSections } from './-PeopleSections';
import * as texts from '@/texts/administration';

export const Route = createFileRoute('/_app/administration/invitations')({ component: Invitations });

const looks: Record<Invitation['state'], Look> = {
  valid: { shape: 'dashed', tone: 'busy', word: texts.waiting },
  expired: { shape: 'slash', tone: 'warn', word: texts.expired },
  used: { shape: 'check', tone: 'ok', word: texts.used },
  revoked: { shape: 'slash', tone: 'quiet', word: texts.revoked },
};

function Invitations() {
  const administrator = useMay('administrator');
  const query = useQuery({ ...invitationsQuery, enabled: administrator });
  if (!administrator)
    return <NotAllowed title={texts.invitations}>{texts.youDontHavePermissionAsk}</NotAllowed>;
  return (
    <Page title={texts.people}>
      <PeopleSections />
      <Panel title={texts.inviteSomeone} note={texts.wellEmailAOneTime}>
        <InviteForm />
      </Panel>
      <Panel title={texts.invitations} flush>
        <Loaded query={query} what={texts.theInvitations} shape="rows">
          {({ invitations }) => (
            <Table
              label={texts.invitations}
              empty={<Empty title={texts.noInvitations}>{texts.everyoneExceptTheFirstAdministrator}</Empty>}
              heads={[texts.email, texts.roles, texts.state, texts.invitedBy, texts.sent, texts.expires, '']}
            >
              {invitations.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} />
              ))}
            </Table>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const mail = useMail();
  const params = { path: { invitation: invitation.id } };
  const onSuccess = useRefresh(invitationsQuery);
  const resend = useMutation({
    mutationFn: () => api.post('/auth/v1/invitations/{invitation}/resend', { params }),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: () => api.post('/auth/v1/invitations/{invitation}/revoke', { params }),
    onSuccess,
  });
  const error = resend.error ?? revoke.error;
  return (
    <tr>
      <td>{invitation.email}</td>
      <td data-wrap>{rolesInWords(invitation)}</td>
      <td>
        <Status look={looks[invitation.state]} />
      </td>
      <td data-dim>{invitation.invitedBy}</td>
      <TimeCell at={invitation.createdAt} />
      <TimeCell at={invitation.expiresAt} ahead />
      <td data-end>
        {mail && invitation.state !== 'used' && (
          <SmallButton
            loading={resend.isPending}
            onClick={() => resend.mutate()}
            aria-label={texts.resendTo(invitation.email)}
          >
            {texts.resend}
          </SmallButton>
        )}{' '}
        {invitation.state === 'valid' && (
          <SmallButton
            loading={revoke.isPending}
            onClick={() => revoke.mutate()}
            aria-label={texts.revokeTheInvitationOf(invitation.email)}
          >
            {texts.revoke}
          </SmallButton>
        )}
        {error && <Failure error={error} what={texts.theActionFailed} />}
      </td>
    </tr>
  );
}

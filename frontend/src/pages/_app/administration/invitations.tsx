import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { answer, client } from '@/api/client';
import { invitationsQuery } from '@/api/queries/identity';
import type { Invitation } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { rolesInWords } from '@/components/roles';
import { SmallButton } from '@/components/SmallButton';
import type { Look } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { useMay } from '@/components/useMe';
import { InviteForm } from './-InviteForm';
import { NotAllowed } from './-NotAllowed';
import { PeopleSections } from './-PeopleSections';

export const Route = createFileRoute('/_app/administration/invitations')({ component: Invitations });

const looks: Record<Invitation['state'], Look> = {
  valid: { shape: 'dashed', tone: 'busy', word: 'Waiting' },
  expired: { shape: 'slash', tone: 'warn', word: 'Expired' },
  used: { shape: 'check', tone: 'ok', word: 'Used' },
  revoked: { shape: 'slash', tone: 'quiet', word: 'Revoked' },
};

function Invitations() {
  const administrator = useMay('administrator');
  const query = useQuery({ ...invitationsQuery, enabled: administrator });
  if (!administrator) return <NotAllowed title="Invitations" />;
  return (
    <Page title="People">
      <PeopleSections />
      <Panel title="Invite somebody" note="They get a link that registers once, within 7 days.">
        <InviteForm />
      </Panel>
      <Panel title="Invitations" flush>
        <Loaded query={query} what="The invitations">
          {({ invitations }) =>
            invitations.length === 0 ? (
              <Empty title="No invitations">Everybody but the first administrator comes in by one.</Empty>
            ) : (
              <Table
                label="Invitations"
                heads={['E-mail', 'Roles', 'State', 'Invited by', 'Sent', 'Expires', '']}
              >
                {invitations.map((invitation) => (
                  <InvitationRow key={invitation.id} invitation={invitation} />
                ))}
              </Table>
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const queryClient = useQueryClient();
  const params = { path: { invitation: invitation.id } };
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  const resend = useMutation({
    mutationFn: () => answer(client.POST('/auth/v1/invitations/{invitation}/resend', { params })),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: () => answer(client.POST('/auth/v1/invitations/{invitation}/revoke', { params })),
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
      <td data-dim>
        <Time at={invitation.createdAt} />
      </td>
      <td data-dim>
        <Time at={invitation.expiresAt} />
      </td>
      <td data-end>
        {invitation.state !== 'used' && (
          <SmallButton
            loading={resend.isPending}
            onClick={() => resend.mutate()}
            aria-label={`Resend to ${invitation.email}`}
          >
            Resend
          </SmallButton>
        )}{' '}
        {invitation.state === 'valid' && (
          <SmallButton
            loading={revoke.isPending}
            onClick={() => revoke.mutate()}
            aria-label={`Revoke that of ${invitation.email}`}
          >
            Revoke
          </SmallButton>
        )}
        {error && <Failure error={error} what="It was not done." />}
      </td>
    </tr>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import {
  changeSubscription,
  deliveriesQuery,
  subscriptionsQuery,
  testSubscription,
  unsubscribe,
} from '@/api/queries/notifications';
import { viewsQuery } from '@/api/queries/views';
import type { Subscription } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { tell } from '@/components/tell';
import { AccountSections } from './-AccountSections';
import classes from './-account.module.css';
import { Deliveries } from './-Deliveries';
import { eventWords } from './-events';
import { SubscriptionForm } from './-SubscriptionForm';

export const Route = createFileRoute('/_app/account/notifications')({ component: Notifications });

const on = { shape: 'check', tone: 'ok', word: 'On' } as const;
const paused = { shape: 'pause', tone: 'quiet', word: 'Paused' } as const;

function Notifications() {
  const query = useQuery(subscriptionsQuery);
  const queryClient = useQueryClient();
  const [editing, setEditing] = useState<Subscription>();
  const [removing, setRemoving] = useState<Subscription>();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: subscriptionsQuery.queryKey });
  return (
    <Page
      title="Notifications"
      about="What you are told when instances fail or recover: grouped by instance, quiet while one flaps."
    >
      <AccountSections />
      <Loaded query={query} what="Your subscriptions">
        {({ subscriptions, email }) => (
          <>
            <Panel title={editing ? `Change “${editing.name}”` : 'New subscription'}>
              <SubscriptionForm
                key={editing?.id ?? 'new'}
                email={email}
                {...(editing ? { subscription: editing, onCancel: () => setEditing(undefined) } : {})}
                onDone={() => {
                  setEditing(undefined);
                  refresh();
                }}
              />
            </Panel>
            <Panel title="Subscriptions" flush>
              {subscriptions.length === 0 ? (
                <Empty title="No subscriptions">You are told of nothing. Subscribe above.</Empty>
              ) : (
                <Table
                  label="Subscriptions"
                  heads={['Name', 'Instances', 'Tells when', 'Goes to', 'State', '']}
                >
                  {subscriptions.map((subscription) => (
                    <SubscriptionRow
                      key={subscription.id}
                      subscription={subscription}
                      email={email}
                      onChange={() => setEditing(subscription)}
                      onRemove={() => setRemoving(subscription)}
                    />
                  ))}
                </Table>
              )}
            </Panel>
          </>
        )}
      </Loaded>
      <Deliveries />
      {removing && (
        <Confirm
          title={`Remove “${removing.name}”?`}
          verb="Remove"
          destructive
          run={() => unsubscribe(removing.id)}
          onDone={refresh}
          onClose={() => setRemoving(undefined)}
        >
          Nothing more is told by it. Pause it instead to keep it for later.
        </Confirm>
      )}
    </Page>
  );
}

interface SubscriptionRowProps {
  subscription: Subscription;
  email: string;
  onChange: () => void;
  onRemove: () => void;
}

function SubscriptionRow({ subscription, email, onChange, onRemove }: SubscriptionRowProps) {
  const { id, name, channel, events, view, host } = subscription;
  const queryClient = useQueryClient();
  const views = useQuery(viewsQuery);
  const test = useMutation({
    mutationFn: () => testSubscription(id),
    onSuccess: ({ state }) => {
      if (state === 'sent') tell(`The test of “${name}” is sent.`);
      return queryClient.invalidateQueries({ queryKey: deliveriesQuery.queryKey });
    },
  });
  const pause = useMutation({
    mutationFn: () =>
      changeSubscription(id, {
        name,
        channel,
        events,
        paused: !subscription.paused,
        ...(view === undefined ? {} : { view }),
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: subscriptionsQuery.queryKey }),
  });
  const error = test.error ?? pause.error;
  return (
    <tr>
      <td>{name}</td>
      <td data-wrap>
        {view === undefined
          ? 'All that you see'
          : (views.data?.views.find((v) => v.id === view)?.name ?? view)}
      </td>
      <td data-wrap>{events.map((event) => eventWords[event]).join(', ')}</td>
      <td data-wrap>{channel === 'email' ? email : `Webhook at ${host ?? 'an unknown place'}`}</td>
      <td>
        <Status look={subscription.paused ? paused : on} />
      </td>
      <td data-end>
        <span className={classes.acts}>
          <SmallButton
            loading={test.isPending}
            onClick={() => test.mutate()}
            aria-label={`Send a test of ${name}`}
          >
            Send a test
          </SmallButton>
          <SmallButton
            loading={pause.isPending}
            onClick={() => pause.mutate()}
            aria-label={`${subscription.paused ? 'Resume' : 'Pause'} ${name}`}
          >
            {subscription.paused ? 'Resume' : 'Pause'}
          </SmallButton>
          <SmallButton onClick={onChange} aria-label={`Change ${name}`}>
            Change
          </SmallButton>
          <SmallButton onClick={onRemove} aria-label={`Remove ${name}`}>
            Remove
          </SmallButton>
        </span>
        {test.data?.state === 'failed' && (
          <p role="alert" className={classes.refused}>
            The test failed: {test.data.error ?? 'see the deliveries below.'}
          </p>
        )}
        {error && <Failure error={error} what="It was not done." />}
      </td>
    </tr>
  );
}

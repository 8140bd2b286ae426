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
import { useRefresh } from '@/api/queryClient';
import type { Subscription } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Empty } from '@/components/Empty';
import { ErrorText } from '@/components/ErrorText';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { showToast } from '@/components/showToast';
import { AccountSections } from './-AccountSections';
import { Deliveries } from './-Deliveries';
import { eventWords } from './-events';
import { SubscriptionForm } from './-SubscriptionForm';
import * as texts from '@/texts/account';

export const Route = createFileRoute('/_app/account/notifications')({ component: Notifications });

const on = { shape: 'check', tone: 'ok', word: texts.on } as const;
const paused = { shape: 'pause', tone: 'quiet', word: texts.paused } as const;

function Notifications() {
  const query = useQuery(subscriptionsQuery);
  const [editing, setEditing] = useState<Subscription>();
  const [removing, setRemoving] = useState<Subscription>();
  const refresh = useRefresh(subscriptionsQuery);
  return (
    <Page title={texts.notifications} about={texts.notificationsAboutFailingAndRecovering}>
      <AccountSections />
      <Loaded query={query} what={texts.yourSubscriptions} shape="panel">
        {({ subscriptions, email }) => (
          <>
            <Panel title={editing ? texts.editSubscription(editing.name) : texts.newSubscription}>
              <SubscriptionForm
                key={editing?.id ?? 'new'}
                email={email}
                {...(editing ? { subscription: editing, onCancel: () => setEditing(undefined) } : {})}
                onDone={() => {
                  setEditing(undefined);
                  void refresh();
                }}
              />
            </Panel>
            <Panel title={texts.subscriptions} flush>
              <Table
                label={texts.subscriptions}
                empty={<Empty title={texts.noSubscriptions}>{texts.noSubscriptionsYetCreateOne}</Empty>}
                heads={[texts.name, texts.instances, texts.events, texts.destination, texts.state, '']}
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
            </Panel>
          </>
        )}
      </Loaded>
      <Deliveries />
      {removing && (
        <Confirm
          title={texts.removeQuestion(removing.name)}
          verb={texts.remove}
          destructive
          run={() => unsubscribe(removing.id)}
          onDone={refresh}
          onClose={() => setRemoving(undefined)}
        >
          {texts.youWontGetTheseNotifications}
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
      if (state === 'sent') showToast(texts.testNotificationSentFor(name));
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
          ? texts.allInstancesYouCanView
          : (views.data?.views.find((v) => v.id === view)?.name ?? view)}
      </td>
      <td data-wrap>{events.map((event) => eventWords[event]).join(', ')}</td>
      <td data-wrap>{channel === 'email' ? email : texts.webhookAt(host ?? texts.unknownDestination)}</td>
      <td>
        <Status look={subscription.paused ? paused : on} />
      </td>
      <td data-end>
        <span className="inline gap-6">
          <SmallButton
            loading={test.isPending}
            onClick={() => test.mutate()}
            aria-label={texts.sendATestNotificationFor(name)}
          >
            {texts.sendTest}
          </SmallButton>
          <SmallButton
            loading={pause.isPending}
            onClick={() => pause.mutate()}
            aria-label={`${subscription.paused ? texts.resume : texts.pause} ${name}`}
          >
            {subscription.paused ? texts.resume : texts.pause}
          </SmallButton>
          <SmallButton onClick={onChange} aria-label={texts.editOne(name)}>
            {texts.edit}
          </SmallButton>
          <SmallButton onClick={onRemove} aria-label={texts.removeOne(name)}>
            {texts.remove}
          </SmallButton>
        </span>
        {test.data?.state === 'failed' && (
          <ErrorText>{texts.testFailed(test.data.error ?? texts.seeTheDeliveriesBelow)}</ErrorText>
        )}
        {error && <Failure error={error} what={texts.theActionFailed} />}
      </td>
    </tr>
  );
}

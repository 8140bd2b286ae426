import { Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { changeSubscription, subscribe } from '@/api/queries/notifications';
import { viewsQuery } from '@/api/queries/views';
import type { Subscription } from '@/api/types';
import { Failure } from '@/components/Failure';
import { maySomewhere } from '@/components/roles';
import { useApiForm } from '@/components/useApiForm';
import { useMe } from '@/components/useMe';
import classes from './-account.module.css';
import { eventHelp, events } from './-events';

interface SubscriptionFormProps {
  /** Absent when a new one is made. */
  subscription?: Subscription;
  /** Where one's own mail goes. */
  email: string;
  onDone: () => void;
  onCancel?: () => void;
}

/** What somebody wants to be told, about which instances, and where. */
export function SubscriptionForm({ subscription, email, onDone, onCancel }: SubscriptionFormProps) {
  const me = useMe();
  const views = useQuery(viewsQuery);
  const mayHook = me !== undefined && maySomewhere(me, 'operator');
  const form = useApiForm({
    initialValues: {
      name: subscription?.name ?? '',
      channel: subscription?.channel ?? ('email' as const),
      url: '',
      view: subscription?.view ?? '',
      events: subscription?.events ?? (['failed', 'recovered'] as Subscription['events']),
    },
    validate: {
      name: (v) => (v.trim() === '' ? 'A name is needed.' : null),
      events: (v) => (v.length === 0 ? 'Choose what to be told at least once.' : null),
    },
    send: ({ name, url, view, channel, events }) => {
      const wish = {
        name: name.trim(),
        channel,
        events,
        ...(channel === 'webhook' && url.trim() !== '' ? { url: url.trim() } : {}),
        ...(view === '' ? {} : { view }),
        ...(subscription ? { paused: subscription.paused } : {}),
      };
      return subscription ? changeSubscription(subscription.id, wish) : subscribe(wish);
    },
    onDone: () => {
      form.reset();
      onDone();
    },
  });
  const { channel } = form.values;
  return (
    <form onSubmit={form.submit} noValidate className={classes.form}>
      <div className={classes.two}>
        <TextInput label="Name" placeholder="What it is for" maxLength={80} {...form.field('name')} />
        <NativeSelect
          label="Instances"
          description="A saved view; its filters on health, pipelines and drift do not count."
          data={[
            { value: '', label: 'All that you see' },
            ...(views.data?.views ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          {...form.field('view')}
        />
        <NativeSelect
          label="Send"
          description={mayHook ? undefined : 'A webhook needs the role operator on a cluster.'}
          data={[
            { value: 'email', label: `E-mail to ${email}` },
            { value: 'webhook', label: 'Webhook (Slack, Mattermost)', disabled: !mayHook },
          ]}
          {...form.field('channel')}
        />
        {channel === 'webhook' && (
          <TextInput
            label="Address of the webhook"
            description={
              subscription?.host === undefined
                ? 'It is kept secret and never shown again.'
                : `Left empty, it stays the one at ${subscription.host}.`
            }
            placeholder="https://hooks.example.org/…"
            type="url"
            autoComplete="off"
            {...form.field('url')}
          />
        )}
      </div>
      <Checkbox.Group
        label="Tell when"
        value={form.values.events}
        error={form.errors.events}
        onChange={(chosen) =>
          form.set(
            'events',
            events.filter((event) => chosen.includes(event)),
          )
        }
      >
        <div className={classes.choices}>
          {events.map((event) => (
            <Checkbox key={event} size="xs" value={event} label={eventHelp[event]} />
          ))}
        </div>
      </Checkbox.Group>
      {form.failure && <Failure error={form.failure} what="It was not saved." />}
      <Group gap={8}>
        <Button type="submit" loading={form.busy}>
          {subscription ? 'Save' : 'Subscribe'}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </Group>
    </form>
  );
}

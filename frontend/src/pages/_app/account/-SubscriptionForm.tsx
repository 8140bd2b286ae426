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
import * as texts from '@/texts/account';

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
      name: (v) => (v.trim() === '' ? texts.aNameIsNeeded : null),
      events: (v) => (v.length === 0 ? texts.chooseWhatToBeToldAt : null),
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
        <TextInput
          label={texts.name}
          placeholder={texts.whatItIsFor}
          maxLength={80}
          {...form.field('name')}
        />
        <NativeSelect
          label={texts.instances}
          description={texts.aSavedViewItsFiltersOn}
          data={[
            { value: '', label: texts.allThatYouSee },
            ...(views.data?.views ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          {...form.field('view')}
        />
        <NativeSelect
          label={texts.send}
          description={mayHook ? undefined : texts.aWebhookNeedsTheRoleOperator}
          data={[
            { value: 'email', label: texts.eMailTo(email) },
            { value: 'webhook', label: texts.webhookSlackMattermost, disabled: !mayHook },
          ]}
          {...form.field('channel')}
        />
        {channel === 'webhook' && (
          <TextInput
            label={texts.addressOfTheWebhook}
            description={
              subscription?.host === undefined
                ? texts.itIsKeptSecretAndNever
                : texts.leftEmptyItStaysTheOne(subscription.host)
            }
            placeholder="https://hooks.example.org/…"
            type="url"
            autoComplete="off"
            {...form.field('url')}
          />
        )}
      </div>
      <Checkbox.Group
        label={texts.tellWhen}
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
      {form.failure && <Failure error={form.failure} what={texts.itWasNotSaved} />}
      <Group gap={8}>
        <Button type="submit" loading={form.busy}>
          {subscription ? texts.save : texts.subscribe}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {texts.cancel}
          </Button>
        )}
      </Group>
    </form>
  );
}

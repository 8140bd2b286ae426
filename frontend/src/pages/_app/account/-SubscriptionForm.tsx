import { useQuery } from '@tanstack/react-query';
import { changeSubscription, subscribe } from '@/api/queries/notifications';
import { viewsQuery } from '@/api/queries/views';
import type { Subscription } from '@/api/types';
import { ApiForm } from '@/components/ApiForm';
import { optionsOf } from '@/components/filters/FilterSelect';
import { NoMail } from '@/components/NoMail';
import { CheckboxGroup } from '@/components/ui/Checkbox';
import { NativeSelect, TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { useMaySomewhere } from '@/components/useMe';
import { required } from '@/lib/required';
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

/** What to notify about, for which instances, and where. */
export function SubscriptionForm({ subscription, email, onDone, onCancel }: SubscriptionFormProps) {
  const views = useQuery(viewsQuery);
  const mayHook = useMaySomewhere('operator');
  const form = useApiForm({
    initialValues: {
      name: subscription?.name ?? '',
      channel: subscription?.channel ?? ('email' as const),
      url: '',
      view: subscription?.view ?? '',
      events: subscription?.events ?? (['failed', 'recovered'] as Subscription['events']),
    },
    validate: {
      name: required(texts.enterAName),
      events: (v) => (v.length === 0 ? texts.selectAtLeastOneEvent : null),
    },
    send: ({ name, url, view, channel, events }) => {
      const request = {
        name: name.trim(),
        channel,
        events,
        ...(channel === 'webhook' && url.trim() !== '' ? { url: url.trim() } : {}),
        ...(view === '' ? {} : { view }),
        ...(subscription ? { paused: subscription.paused } : {}),
      };
      return subscription ? changeSubscription(subscription.id, request) : subscribe(request);
    },
    onDone: () => {
      form.reset();
      onDone();
    },
  });
  const { channel } = form.values;
  return (
    <ApiForm
      form={form}
      failed={texts.couldntSaveTheSubscription}
      verb={subscription ? texts.save : texts.subscribe}
      onCancel={onCancel}
    >
      <div className={classes.two}>
        <TextInput
          label={texts.name}
          placeholder={texts.forExampleMyInstances}
          maxLength={80}
          {...form.field('name')}
        />
        <NativeSelect
          label={texts.instances}
          description={texts.aSavedViewItsFilters}
          data={[{ value: '', label: texts.allInstancesYouCanView }, ...optionsOf(views.data?.views ?? [])]}
          {...form.field('view')}
        />
        <NativeSelect
          label={texts.sendTo}
          description={mayHook ? undefined : texts.webhooksRequireTheOperatorRole}
          data={[
            { value: 'email', label: texts.email2(email) },
            { value: 'webhook', label: texts.webhookSlackMattermost, disabled: !mayHook },
          ]}
          {...form.field('channel')}
        />
        {channel === 'webhook' && (
          <TextInput
            label={texts.webhookUrl}
            description={
              subscription?.host === undefined
                ? texts.storedEncryptedYouWontBe
                : texts.leaveEmptyToKeepThe(subscription.host)
            }
            placeholder="https://hooks.example.org/…"
            type="url"
            autoComplete="off"
            {...form.field('url')}
          />
        )}
      </div>
      {channel === 'email' && <NoMail>{texts.noticesNeedMail}</NoMail>}
      <CheckboxGroup
        label={texts.notifyMeWhen}
        choices={events.map((event) => ({ value: event, label: eventHelp[event] }))}
        chosen={form.values.events}
        error={form.errors.events}
        onChoose={(chosen) =>
          form.set(
            'events',
            events.filter((event) => chosen.includes(event)),
          )
        }
        className={classes.choices}
      />
    </ApiForm>
  );
}

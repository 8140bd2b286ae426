import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { addView, replaceView } from '@/api/queries/views';
import type { View } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { maySomewhere } from '@/components/roles';
import { useApiForm } from '@/components/useApiForm';
import { useMe } from '@/components/useMe';
import classes from './-instances.module.css';

interface ViewDialogProps {
  /** What a new view is to show. */
  query: string;
  /** The view that gets another name; absent when a new one is made. */
  view: View | undefined;
  /** Whether the view is shown first. */
  first: boolean;
  onDone: (view: View) => Promise<void>;
  onClose: () => void;
}

/** Asks for the name of a view and who has it. */
export default function ViewDialog({ query, view, first, onDone, onClose }: ViewDialogProps) {
  const me = useMe();
  const mayShare = me !== undefined && maySomewhere(me, 'operator');
  const form = useApiForm({
    initialValues: { name: view?.name ?? '', shared: view?.shared ?? false, default: first },
    validate: { name: (v) => (v.trim() === '' ? 'A name is needed.' : null) },
    send: ({ name, ...rest }) => {
      const body = { name: name.trim(), query: view?.query ?? query, ...rest };
      return view ? replaceView(view.id, body) : addView(body);
    },
    onDone,
  });
  return (
    <Dialog title={view ? `Rename or share “${view.name}”` : 'Save as a new view'} onClose={onClose}>
      <form onSubmit={form.submit} noValidate className={classes.form}>
        <TextInput label="Name" maxLength={80} data-autofocus autoComplete="off" {...form.field('name')} />
        <Checkbox
          label="Share it with everybody"
          description={
            mayShare
              ? 'They see in it what their roles let them see. You and administrators can change it.'
              : 'This needs the role operator on a cluster.'
          }
          disabled={!mayShare}
          checked={form.values.shared}
          error={form.errors.shared}
          onChange={(event) => form.set('shared', event.currentTarget.checked)}
        />
        <Checkbox
          label="Show it first"
          description="Instances then opens with it, for you."
          checked={form.values.default}
          onChange={(event) => form.set('default', event.currentTarget.checked)}
        />
        {form.failure && <Failure error={form.failure} what="The view was not saved." />}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={form.busy}>
            Save
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

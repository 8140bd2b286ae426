import { addView, replaceView } from '@/api/queries/views';
import type { View } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { maySomewhere } from '@/components/roles';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import { Checkbox } from '@/components/ui/Checkbox';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { useMe } from '@/components/useMe';
import classes from './-instances.module.css';
import * as texts from '@/texts/instances';

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
    validate: { name: (v) => (v.trim() === '' ? texts.enterAName : null) },
    send: ({ name, ...rest }) => {
      const body = { name: name.trim(), query: view?.query ?? query, ...rest };
      return view ? replaceView(view.id, body) : addView(body);
    },
    onDone,
  });
  return (
    <Dialog title={view ? texts.renameOrShare(view.name) : texts.saveAsNewView} onClose={onClose}>
      <form onSubmit={form.submit} noValidate className={classes.form}>
        <TextInput
          label={texts.name}
          maxLength={80}
          data-autofocus
          autoComplete="off"
          {...form.field('name')}
        />
        <Checkbox
          label={texts.shareWithEveryone}
          description={mayShare ? texts.eachPersonSeesTheInstances : texts.sharingRequiresTheOperatorRole}
          disabled={!mayShare}
          checked={form.values.shared}
          error={form.errors.shared}
          onChange={(event) => form.set('shared', event.currentTarget.checked)}
        />
        <Checkbox
          label={texts.makeDefault}
          description={texts.theInstancesPageOpensWith}
          checked={form.values.default}
          onChange={(event) => form.set('default', event.currentTarget.checked)}
        />
        {form.failure && <Failure error={form.failure} what={texts.couldntSaveTheView} />}
        <Actions>
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={form.busy}>
            {texts.save}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

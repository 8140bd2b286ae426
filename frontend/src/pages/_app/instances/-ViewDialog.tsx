import { addView, replaceView } from '@/api/queries/views';
import type { View } from '@/api/types';
import { FormDialog } from '@/components/ApiForm';
import { Checkbox } from '@/components/ui/Checkbox';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { useMaySomewhere } from '@/components/useMe';
import { required } from '@/lib/required';
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
  const mayShare = useMaySomewhere('operator');
  const form = useApiForm({
    initialValues: { name: view?.name ?? '', shared: view?.shared ?? false, default: first },
    validate: { name: required(texts.enterAName) },
    send: ({ name, ...rest }) => {
      const body = { name: name.trim(), query: view?.query ?? query, ...rest };
      return view ? replaceView(view.id, body) : addView(body);
    },
    onDone,
  });
  return (
    <FormDialog
      title={view ? texts.renameOrShare(view.name) : texts.saveAsNewView}
      form={form}
      failed={texts.couldntSaveTheView}
      verb={texts.save}
      onClose={onClose}
    >
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
        {...form.box('shared')}
      />
      <Checkbox
        label={texts.makeDefault}
        description={texts.theInstancesPageOpensWith}
        {...form.box('default')}
      />
    </FormDialog>
  );
}

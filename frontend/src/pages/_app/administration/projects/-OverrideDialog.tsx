import { ApiError } from '@/api/errors';
import { FormDialog } from '@/components/ApiForm';
import { factWord } from '@/components/projects/facts';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import * as texts from '@/texts/projects';

interface OverrideDialogProps {
  name: string;
  link: boolean;
  shown: string | undefined;
  found: string | undefined;
  send: (value: string) => Promise<unknown>;
  onClose: () => void;
}

/** Sets a fact or link of a cluster by hand. */
export default function OverrideDialog({ name, link, shown, found, send, onClose }: OverrideDialogProps) {
  const form = useApiForm({
    initialValues: { value: shown ?? '' },
    validate: {
      value: required(texts.enterAValueToRemove),
    },
    send: ({ value }) =>
      send(value.trim()).catch((cause: unknown) => {
        // The API names the override that it refuses; here there is one field.
        const said = cause instanceof ApiError ? cause.fields[`overrides.${name}`] : undefined;
        throw cause instanceof ApiError && said !== undefined ? cause.withFields({ value: said }) : cause;
      }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={texts.override(factWord(name))}
      form={form}
      failed={texts.couldntSaveTheOverride}
      verb={texts.save}
      onClose={onClose}
    >
      <p>
        {texts.ocimShowsYourValueInstead(
          found === undefined ? texts.theRepositoryDoesntDefineIt : texts.inTheRepository(found),
        )}
      </p>
      <TextInput
        label={factWord(name)}
        type={link ? 'url' : 'text'}
        maxLength={300}
        data-autofocus
        {...form.field('value')}
      />
    </FormDialog>
  );
}

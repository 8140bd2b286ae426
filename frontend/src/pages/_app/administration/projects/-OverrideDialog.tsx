import { ApiError } from '@/api/errors';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { factWord } from '@/components/projects/facts';
import { Button } from '@/components/ui/Button';
import { TextInput } from '@/components/ui/Field';
import { useApiForm } from '@/components/useApiForm';
import classes from './-projects.module.css';
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
      value: (v) => (v.trim() === '' ? texts.enterAValueToRemove : null),
    },
    send: async ({ value }) => {
      try {
        return await send(value.trim());
      } catch (cause) {
        throw cause instanceof ApiError ? asValue(cause, name) : cause;
      }
    },
    onDone: onClose,
  });
  return (
    <Dialog title={texts.override(factWord(name))} onClose={onClose}>
      <form onSubmit={form.submit} noValidate className={classes.form}>
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
        {form.failure && <Failure error={form.failure} what={texts.couldntSaveTheOverride} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={form.busy}>
            {texts.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The API names the override that it refuses; here there is one field. */
function asValue(error: ApiError, name: string): ApiError {
  const said = error.fields[`overrides.${name}`];
  if (said === undefined) return error;
  return new ApiError(
    error.status,
    error.message,
    error.requestId,
    { value: said },
    error.retryAfter,
    error.at,
  );
}

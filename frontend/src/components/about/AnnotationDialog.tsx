import { useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/errors';
import { annotate } from '@/api/queries/settings';
import type { Annotation } from '@/api/types';
import { listOf } from '@/lib/tagList';
import { Dialog } from '../Dialog';
import { Failure } from '../Failure';
import { showToast } from '../showToast';
import { Actions } from '../ui/Actions';
import { Button } from '../ui/Button';
import { Checkbox } from '../ui/Checkbox';
import { Textarea, TextInput } from '../ui/Field';
import { useApiForm } from '../useApiForm';
import classes from './about.module.css';
import * as texts from '@/texts/about';

interface AnnotationDialogProps {
  cluster: string;
  /** Undefined for the cluster itself. */
  instance: string | undefined;
  annotation: Annotation | undefined;
  onClose: () => void;
}

/** Edits what people keep about an instance or a cluster. */
export default function AnnotationDialog({ cluster, instance, annotation, onClose }: AnnotationDialogProps) {
  const queryClient = useQueryClient();
  const form = useApiForm({
    initialValues: {
      note: annotation?.note ?? '',
      tags: annotation?.tags?.join(', ') ?? '',
      contacts: annotation?.contacts?.join(', ') ?? '',
      off: annotation?.site?.off ?? false,
      connectTo: annotation?.site?.connectTo ?? '',
    },
    validate: {},
    send: (values) => annotate(cluster, instance, bodyOf(values)).catch(atFields),
    onDone: async () => {
      const shown = [['instances'], ['tree'], ['overview'], ['cluster', cluster], ['instance', cluster]];
      await Promise.all(shown.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      showToast(texts.saved);
      onClose();
    },
  });
  return (
    <Dialog title={texts.editTitle(instance ?? cluster)} onClose={onClose}>
      <form onSubmit={form.submit} noValidate className={classes.form}>
        <Textarea
          label={texts.note}
          description={texts.noteHelp}
          minRows={3}
          maxRows={10}
          maxLength={2000}
          data-autofocus
          {...form.field('note')}
        />
        <TextInput
          label={texts.tags}
          description={instance === undefined ? texts.clusterTagsHelp : texts.tagsHelp}
          autoComplete="off"
          {...form.field('tags')}
        />
        {instance !== undefined && (
          <TextInput
            label={texts.contacts}
            description={texts.contactsHelp}
            autoComplete="off"
            {...form.field('contacts')}
          />
        )}
        <Checkbox
          label={texts.doNotCheck}
          checked={form.values.off}
          onChange={(event) => form.set('off', event.currentTarget.checked)}
        />
        <TextInput
          label={texts.connectTo}
          description={texts.connectToHelp}
          autoComplete="off"
          disabled={form.values.off}
          {...form.field('connectTo')}
        />
        {form.failure && <Failure error={form.failure} what={texts.couldntSave} />}
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

interface Values {
  note: string;
  tags: string;
  contacts: string;
  off: boolean;
  connectTo: string;
}

function bodyOf({ note, tags, contacts, off, connectTo }: Values): Annotation {
  return {
    note: note.trim(),
    tags: listOf(tags),
    contacts: listOf(contacts),
    site: { off, connectTo: connectTo.trim() },
  };
}

/** Puts what the API says of an entry of a list at the field that holds the list. */
function atFields(error: unknown): never {
  if (!(error instanceof ApiError)) throw error;
  const fields = Object.fromEntries(
    Object.entries(error.fields).map(([name, message]) => [
      name.replace(/\[\d+\]$/, '').replace(/^site\./, ''),
      message,
    ]),
  );
  throw new ApiError(error.status, error.message, error.requestId, fields, error.retryAfter, error.at);
}

import { type FormErrors, useForm, type UseFormInput } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '@/api/errors';

interface Options<Values extends Record<string, unknown>, Result> extends UseFormInput<Values> {
  send: (values: Values) => Promise<Result>;
  onDone: (result: Result, values: Values) => void | Promise<void>;
}

/**
 * A form that sends its values once at a time. What the API says of a field stands at that field; the
 * rest of a failure is `failure`.
 */
export function useApiForm<Values extends Record<string, unknown>, Result>(options: Options<Values, Result>) {
  const { send, onDone, ...input } = options;
  const form = useForm<Values>(input);
  const mutation = useMutation({
    mutationFn: send,
    onSuccess: (result, values) => onDone(result, values),
    onError: (error) => {
      const errors = fieldErrors(error, Object.keys(form.getValues()));
      form.setErrors(errors);
      const first = Object.keys(errors)[0];
      if (first !== undefined) form.getInputNode(first)?.focus();
    },
  });
  return {
    form,
    busy: mutation.isPending,
    failure: isAllInFields(mutation.error, Object.keys(form.getValues())) ? null : mutation.error,
    submit: form.onSubmit((values) => {
      if (!mutation.isPending) mutation.mutate(values);
    }),
  };
}

function fieldErrors(error: unknown, names: string[]): FormErrors {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(
    Object.entries(error.fields)
      .filter(([field]) => names.includes(field))
      .map(([field, message]) => [field, sentence(message)]),
  );
}

/** Whether every complaint has a field to stand at, so that no summary is needed. */
function isAllInFields(error: unknown, names: string[]): boolean {
  if (!(error instanceof ApiError)) return false;
  const fields = Object.keys(error.fields);
  return fields.length > 0 && fields.every((field) => names.includes(field));
}

/** The API's messages follow a field's name (“is required”); alone they begin with a capital. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

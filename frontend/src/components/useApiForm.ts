import { type ChangeEvent, type SubmitEvent, useRef, useState } from 'react';
import { ApiError } from '@/api/errors';

type Names<Values> = Extract<keyof Values, string>;
type Errors<Values> = Partial<Record<Names<Values>, string>>;

/** Names of the values of a type. */
type NamesOf<Type, Values> = {
  [Name in Names<Values>]: Values[Name] extends Type ? Name : never;
}[Names<Values>];

interface Options<Values, Result> {
  initialValues: Values;
  /** Why a value will not do; null when it will. */
  validate: { [Name in Names<Values>]?: (value: Values[Name]) => string | null };
  send: (values: Values) => Promise<Result>;
  onDone: (result: Result, values: Values) => void | Promise<void>;
}

/**
 * A form that sends its values once at a time. What the API says of a field stands at that field; the
 * rest of a failure is `failure`.
 */
export function useApiForm<Values extends object, Result>(options: Options<Values, Result>) {
  const { initialValues, validate, send, onDone } = options;
  const [values, setValues] = useState(initialValues);
  const [errors, setErrors] = useState<Errors<Values>>({});
  const [failure, setFailure] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);

  const set = <Name extends Names<Values>>(name: Name, value: Values[Name]) => {
    setValues((before) => ({ ...before, [name]: value }));
    setErrors(({ [name]: _gone, ...others }) => others as Errors<Values>);
  };

  /** What an input needs to show and change a text. */
  const field = (name: NamesOf<string, Values>) => ({
    name,
    value: values[name] as string,
    error: errors[name],
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) =>
      set(name, event.currentTarget.value as Values[typeof name]),
  });

  /** What a checkbox needs to show and change a choice. */
  const box = (name: NamesOf<boolean, Values>) => ({
    name,
    checked: values[name] as boolean,
    error: errors[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) =>
      set(name, event.currentTarget.checked as Values[typeof name]),
  });

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (sending.current) return;
    const form = event.currentTarget;
    const complain = (found: Errors<Values>) => {
      setErrors(found);
      focusFirst(form, Object.keys(found));
    };
    const problems = check(values, validate);
    setFailure(null);
    if (Object.keys(problems).length > 0) {
      complain(problems);
      return;
    }
    sending.current = true;
    setBusy(true);
    try {
      await onDone(await send(values), values);
    } catch (cause) {
      const { here, elsewhere } = sort<Values>(cause, Object.keys(values));
      complain(here);
      setFailure(elsewhere);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  const reset = () => {
    setValues(initialValues);
    setErrors({});
    setFailure(null);
  };

  return { values, errors, set, field, box, submit, reset, busy, failure };
}

function check<Values extends object>(
  values: Values,
  validate: Options<Values, unknown>['validate'],
): Errors<Values> {
  const problems: Errors<Values> = {};
  for (const name of Object.keys(validate) as Names<Values>[]) {
    const problem = validate[name]?.(values[name]);
    if (problem !== null && problem !== undefined) problems[name] = problem;
  }
  return problems;
}

/** Parts a failure into what fields say of it, and what is left to say. */
function sort<Values>(cause: unknown, names: string[]): { here: Errors<Values>; elsewhere: Error | null } {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  if (!(error instanceof ApiError)) return { here: {}, elsewhere: error };
  const said = Object.entries(error.fields);
  const known = said.filter(([name]) => names.includes(name));
  const here = Object.fromEntries(
    known.map(([name, message]) => [name, sentence(message)]),
  ) as Errors<Values>;
  return { here, elsewhere: known.length > 0 && known.length === said.length ? null : error };
}

function focusFirst(form: HTMLFormElement, names: string[]): void {
  const first = [...form.elements].find(
    (e) => e instanceof HTMLElement && names.includes(e.getAttribute('name') ?? ''),
  );
  if (first instanceof HTMLElement) first.focus();
}

/** The API's messages follow a field's name (“is required”); alone they begin with a capital. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

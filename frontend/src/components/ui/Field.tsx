import { type ComponentPropsWithRef, type CSSProperties, type ReactNode, useId } from 'react';
import classes from './Field.module.css';

interface Around {
  label?: ReactNode;
  description?: ReactNode;
  error?: ReactNode;
  size?: 'sm' | 'md' | undefined;
  leftSection?: ReactNode;
  rightSection?: ReactNode;
  /** Of the whole field; its input has `inputClassName`. */
  className?: string | undefined;
  inputClassName?: string | undefined;
  style?: CSSProperties | undefined;
}

type Own<Element extends 'input' | 'textarea' | 'select'> = Around &
  Omit<ComponentPropsWithRef<Element>, keyof Around>;

export type TextInputProps = Own<'input'>;

/** What stands around an input, and what the input has to know of it. */
export function useField<Props extends Own<'input'> | Own<'textarea'> | Own<'select'>>(props: Props) {
  const own = useId();
  const {
    label,
    description,
    error,
    size = 'md',
    leftSection,
    rightSection,
    className = '',
    inputClassName = '',
    style,
    id = own,
    'aria-describedby': about,
    ...rest
  } = props;
  const wrong = isThere(error);
  const described = [about, isThere(description) && `${id}-about`, wrong && `${id}-error`].filter(Boolean);
  const input = {
    ...rest,
    id,
    className: `${classes.input} ${inputClassName}`,
    'aria-invalid': wrong || undefined,
    'aria-describedby': described.join(' ') || undefined,
  };
  const around = (element: ReactNode) => (
    <div className={className} style={style}>
      {isThere(label) && (
        <label className={`small ${classes.label}`} htmlFor={id}>
          {label}
        </label>
      )}
      <div className={classes.box} data-size={size} data-error={wrong || undefined}>
        {isThere(leftSection) && <span className={`line dim ${classes.left}`}>{leftSection}</span>}
        {element}
        {isThere(rightSection) && <span className={`line dim ${classes.right}`}>{rightSection}</span>}
      </div>
      <Remarks id={id} description={description} error={error} />
    </div>
  );
  return { input, around };
}

/** What is said below a field, by the ids that its input names. */
export function Remarks({ id, description, error }: Pick<Around, 'description' | 'error'> & { id: string }) {
  return (
    <>
      {isThere(description) && (
        <div id={`${id}-about`} className={`tiny dim ${classes.remark}`}>
          {description}
        </div>
      )}
      {isThere(error) && (
        <div id={`${id}-error`} className={`tiny dim ${classes.remark}`} data-error="true">
          {error}
        </div>
      )}
    </>
  );
}

function isThere(node: ReactNode): boolean {
  return node !== undefined && node !== null && node !== false && node !== '';
}

export function TextInput({ type = 'text', ...props }: TextInputProps) {
  const { input, around } = useField(props);
  return around(<input type={type} {...input} />);
}

interface TextareaProps extends Own<'textarea'> {
  /** Lines between which it grows with its text. */
  minRows?: number;
  maxRows?: number;
}

export function Textarea({ minRows = 3, maxRows = minRows, ...props }: TextareaProps) {
  const { input, around } = useField(props);
  const rows = { '--least': minRows, '--most': maxRows } as CSSProperties;
  return around(<textarea rows={minRows} style={rows} {...input} />);
}

type Option = string | { value: string; label: string; disabled?: boolean };

interface SelectProps extends Own<'select'> {
  data: readonly (Option | { group: string; items: readonly Option[] })[];
}

/** The browser's own choice of one. */
export function NativeSelect({ data, ...props }: SelectProps) {
  const { input, around } = useField(props);
  return around(
    <select {...input}>
      {data.map((one) =>
        typeof one === 'object' && 'group' in one ? (
          <optgroup key={one.group} label={one.group}>
            {one.items.map(option)}
          </optgroup>
        ) : (
          option(one)
        ),
      )}
    </select>,
  );
}

function option(one: Option) {
  const { value, label, disabled } =
    typeof one === 'string' ? { value: one, label: one, disabled: false } : one;
  return (
    <option key={value} value={value} disabled={disabled}>
      {label}
    </option>
  );
}

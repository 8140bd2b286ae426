import { type ComponentPropsWithRef, type CSSProperties, type ReactNode, useId } from 'react';
import classes from './Checkbox.module.css';
import { Remarks } from './Field';

interface CheckboxProps extends Omit<ComponentPropsWithRef<'input'>, 'size'> {
  label: ReactNode;
  description?: ReactNode;
  error?: ReactNode;
  size?: 'sm' | 'md';
}

/** The browser's own box, or round button, with what it means. */
export function Checkbox({
  label,
  description,
  error,
  size = 'md',
  type = 'checkbox',
  className = '',
  style,
  ...props
}: CheckboxProps) {
  const id = useId();
  const described = [description !== undefined && `${id}-about`, error !== undefined && `${id}-error`];
  return (
    <div className={`${classes.root} ${className}`} style={style} data-size={size}>
      <input
        id={id}
        type={type}
        className={classes.input}
        aria-describedby={described.filter(Boolean).join(' ') || undefined}
        {...props}
      />
      <div className={classes.text}>
        <label htmlFor={id}>{label}</label>
        <Remarks id={id} description={description} error={error} />
      </div>
    </div>
  );
}

interface CheckboxGroupProps {
  label: string;
  description?: string;
  error?: ReactNode;
  /** What can be chosen, and what of it is. */
  choices: readonly { value: string; label: ReactNode }[];
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
  className?: string | undefined;
  style?: CSSProperties;
}

export function CheckboxGroup({
  label,
  description,
  error,
  choices,
  chosen,
  onChoose,
  className,
}: CheckboxGroupProps) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={id} aria-describedby={description && `${id}-about`}>
      <span id={id} className={classes.heading}>
        {label}
      </span>
      <div className={className}>
        {choices.map((choice) => (
          <Checkbox
            key={choice.value}
            size="sm"
            label={choice.label}
            checked={chosen.includes(choice.value)}
            onChange={(event) => {
              const others = chosen.filter((value) => value !== choice.value);
              onChoose(event.currentTarget.checked ? [...others, choice.value] : others);
            }}
          />
        ))}
      </div>
      <Remarks id={id} description={description} error={error} />
    </div>
  );
}

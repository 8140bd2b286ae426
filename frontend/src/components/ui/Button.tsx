import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './Button.module.css';

interface Look {
  variant?: 'filled' | 'default' | 'light' | 'subtle' | undefined;
  size?: 'compact' | 'sm' | 'md' | undefined;
  /** For what destroys something. */
  danger?: boolean | undefined;
  fullWidth?: boolean | undefined;
  leftSection?: ReactNode;
}

export interface ButtonProps extends Look, ComponentPropsWithRef<'button'> {
  /** Shows that what it started is under way, and takes no second press meanwhile. */
  loading?: boolean | undefined;
}

export interface ButtonAnchorProps extends Look, ComponentPropsWithRef<'a'> {}

export function Button({ loading = false, disabled = false, type = 'button', ...props }: ButtonProps) {
  const { children, ...rest } = dressed(props);
  return (
    <button type={type} disabled={disabled || loading} data-loading={loading || undefined} {...rest}>
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonAnchor(props: ButtonAnchorProps) {
  const { children, ...rest } = dressed(props);
  return <a {...rest}>{children}</a>;
}

interface Dressed extends Look {
  className?: string | undefined;
  children?: ReactNode;
}

function dressed<Props extends Dressed>(props: Props) {
  const { variant = 'filled', size = 'sm', danger, fullWidth, leftSection, className = '', ...rest } = props;
  return {
    ...rest,
    className: `${classes.button} ${className}`,
    'data-variant': variant,
    'data-size': size,
    'data-danger': danger,
    'data-full': fullWidth,
    children: (
      <span className={`line ${classes.inner}`}>
        {leftSection !== undefined && <span className={`line ${classes.left}`}>{leftSection}</span>}
        <span className={classes.label}>{props.children}</span>
      </span>
    ),
  };
}

export interface IconButtonProps extends ComponentPropsWithRef<'button'> {
  /** Pixels on each side. */
  size?: number;
  variant?: 'light' | 'subtle';
}

/** A button that is only an icon. */
export function IconButton({ size = 30, variant = 'subtle', className = '', ...props }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`inline ${classes.icon} ${className}`}
      data-variant={variant}
      style={{ width: size, height: size }}
      {...props}
    />
  );
}

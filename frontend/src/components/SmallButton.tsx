import { Button, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithRef } from 'react';

type Props = ButtonProps & Omit<ComponentPropsWithRef<'button'>, keyof ButtonProps>;

/** A lesser action within a panel or a row. */
export function SmallButton(props: Props) {
  return <Button variant="default" size="compact-sm" {...props} />;
}

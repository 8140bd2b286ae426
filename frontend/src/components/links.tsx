import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './links.module.css';
import * as texts from '@/texts/common';

type Native<Own> = Own & Omit<ComponentPropsWithRef<'a'>, keyof Own>;

/** A link to one of our pages within text. */
export const TextLink = createLink((props: Native<AnchorProps>) => <Anchor {...props} />);

/** A link to one of our pages that looks like a button. */
export const ButtonLink = createLink((props: Native<ButtonProps>) => <Button component="a" {...props} />);

/** A link in a table or list, underlined only when pointed at: the column says that it is one. */
export const QuietLink = createLink(({ className = '', ...props }: ComponentPropsWithRef<'a'>) => (
  <a className={`${classes.quiet} ${className}`} {...props} />
));

interface OutLinkProps {
  href: string;
  /** In a column of links, where colour and line would only be noise. */
  quiet?: boolean;
  title?: string;
  children: ReactNode;
}

/** A link that leaves Ocim, in a new tab. */
export function OutLink({ href, quiet = false, title, children }: OutLinkProps) {
  return (
    <Anchor
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className={classes.out}
      data-quiet={quiet}
      title={title}
    >
      {children}
      <IconExternalLink size={13} stroke={1.8} aria-label={texts.opensInANewTab} role="img" />
    </Anchor>
  );
}

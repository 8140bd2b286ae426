import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';
import classes from './links.module.css';
import { ButtonAnchor } from './ui/Button';

const Link = ({ className = '', ...props }: ComponentPropsWithRef<'a'>) => (
  <a className={`${classes.link} ${className}`} {...props} />
);

/** A link to one of our pages within text. */
export const TextLink = createLink(Link);

/** A link to one of our pages that looks like a button. */
export const ButtonLink = createLink(ButtonAnchor);

/** A link in a table or list, underlined only when pointed at: the column says that it is one. */
export const QuietLink = createLink(({ className = '', ...props }: ComponentPropsWithRef<'a'>) => (
  <a className={`${classes.quiet} ${className}`} {...props} />
));

import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './links.module.css';
import * as texts from '@/texts/common';

interface OutLinkProps {
  href: string;
  /** In a column of links, where color and line would only be noise. */
  quiet?: boolean;
  title?: string;
  children: ReactNode;
}

/** A link that leaves Ocim, in a new tab. */
export function OutLink({ href, quiet = false, title, children }: OutLinkProps) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className={`break ${classes.link} ${classes.out}`}
      data-quiet={quiet}
      title={title}
    >
      {children}
      <IconExternalLink size={13} stroke={1.8} aria-label={texts.opensInANewTab} role="img" />
    </a>
  );
}

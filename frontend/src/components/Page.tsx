import { createLink } from '@tanstack/react-router';
import { type ComponentPropsWithRef, type ReactNode, useEffect } from 'react';
import links from './links.module.css';
import classes from './Page.module.css';
import * as texts from '@/texts/common';

interface PageProps {
  title: string;
  /** What the browser's tab says before “Ocim”; the title unless given. */
  tab?: string;
  crumbs?: ReactNode;
  status?: ReactNode;
  /** A line under the title. */
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The shape of every page within the frame: breadcrumb, one h1 with its status, actions, contents. */
export function Page({ title, tab = title, crumbs, status, about, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${tab} · Ocim`;
  }, [tab]);
  return (
    <div className={`stack ${classes.page}`}>
      {crumbs !== undefined && (
        <nav aria-label={texts.breadcrumb} className={`row gap-6 small dim ${classes.crumbs}`}>
          {crumbs}
        </nav>
      )}
      <header className={`row ${classes.head}`}>
        <div className={classes.titles}>
          <div className={`row ${classes.titleRow}`}>
            <h1>{title}</h1>
            {status}
          </div>
          {about !== undefined && <p className={`dim ${classes.about}`}>{about}</p>}
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** One step of a breadcrumb. */
export const Crumb = createLink((props: ComponentPropsWithRef<'a'>) => (
  <span className={classes.crumb}>
    <a {...props} className={links.link} />
  </span>
));

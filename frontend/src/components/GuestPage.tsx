import { type ReactNode, useEffect } from 'react';
import classes from './GuestPage.module.css';

interface GuestPageProps {
  title: string;
  about?: ReactNode;
  children?: ReactNode;
}

/** The shape of a page for somebody who is not logged in. */
export function GuestPage({ title, about, children }: GuestPageProps) {
  useEffect(() => {
    document.title = `${title} · Ocim`;
  }, [title]);
  return (
    <>
      <h1 className={classes.title}>{title}</h1>
      {about !== undefined && <div className={`dim ${classes.about}`}>{about}</div>}
      <div className={`stack gap-14 ${classes.body}`}>{children}</div>
    </>
  );
}

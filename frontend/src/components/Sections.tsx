import { Link, type LinkProps } from '@tanstack/react-router';
import classes from './Sections.module.css';

interface SectionsProps {
  label: string;
  links: readonly { to: NonNullable<LinkProps['to']>; word: string }[];
}

/** Pages that belong together, as links that look like tabs. */
export function Sections({ label, links }: SectionsProps) {
  return (
    <nav aria-label={label} className={`row gap-2 ${classes.sections}`}>
      {links.map(({ to, word }) => (
        <Link key={to} to={to} activeOptions={{ exact: true }} className={`dim ${classes.link}`}>
          {word}
        </Link>
      ))}
    </nav>
  );
}

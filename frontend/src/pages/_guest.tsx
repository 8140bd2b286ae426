import { createFileRoute, Outlet } from '@tanstack/react-router';
import { LogoMark } from '@/components/Logo';
import classes from './-guest.module.css';
import * as texts from '@/texts/guest';

export const Route = createFileRoute('/_guest')({ component: Guest });

/** The room in front of the door: log in, set up, invitation, reset. */
function Guest() {
  return (
    <div className={classes.room}>
      <svg className={classes.rings} viewBox="0 0 600 600" fill="none" aria-hidden="true">
        {[60, 105, 156, 200, 252, 290].map((r, i) => (
          <circle
            key={r}
            cx={300 + i * 3}
            cy={300 - i * 2}
            r={r}
            stroke="currentColor"
            strokeWidth={1 + (i % 3) * 0.7}
          />
        ))}
      </svg>
      <main className={classes.card}>
        <div className={`line ${classes.brand}`}>
          <LogoMark size={28} />
          <span>{texts.ocim}</span>
        </div>
        <Outlet />
      </main>
    </div>
  );
}

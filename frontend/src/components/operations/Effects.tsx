import {
  IconBox,
  IconDatabaseCog,
  IconDatabaseOff,
  IconPlayerPause,
  IconRefresh,
  IconServerCog,
  IconTrashX,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Effect } from '@/api/types';
import classes from './operations.module.css';

const icons: Record<Effect['effect'], TablerIcon> = {
  destroysData: IconTrashX,
  leavesData: IconDatabaseOff,
  infrastructure: IconServerCog,
  stops: IconPlayerPause,
  address: IconWorld,
  imageRebuild: IconBox,
  migrations: IconDatabaseCog,
  restart: IconRefresh,
};

/** What an operation causes, the costliest first. */
export function Effects({ effects }: { effects: readonly Effect[] }) {
  return (
    <ul className={classes.effects} aria-label="What it causes">
      {effects.map(({ effect, text, because }) => {
        const Icon = icons[effect];
        return (
          <li key={effect} data-effect={effect}>
            <Icon size={18} stroke={1.6} aria-hidden="true" />
            <span>
              {text}
              {because && because.length > 0 && (
                <span className={classes.because}>
                  because of <code>{because.join(', ')}</code>
                </span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

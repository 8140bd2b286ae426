import {
  IconBox,
  IconDatabaseCog,
  IconDatabaseExclamation,
  IconDatabaseOff,
  IconListCheck,
  IconLogout,
  IconPlayerPause,
  IconPlugConnectedX,
  IconRefresh,
  IconServerCog,
  IconTrashX,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Effect } from '@/api/types';
import classes from './operations.module.css';
import * as texts from '@/texts/operations';

const icons: Record<Effect['effect'], TablerIcon> = {
  destroysData: IconTrashX,
  leavesData: IconDatabaseOff,
  databaseVersion: IconDatabaseExclamation,
  infrastructure: IconServerCog,
  stops: IconPlayerPause,
  brokenUntilInit: IconPlugConnectedX,
  signsOut: IconLogout,
  address: IconWorld,
  imageRebuild: IconBox,
  migrations: IconDatabaseCog,
  initJobs: IconListCheck,
  restart: IconRefresh,
};

/** What an operation causes, the costliest first. */
export function Effects({ effects }: { effects: readonly Effect[] }) {
  return (
    <ul className={classes.effects} aria-label={texts.effects}>
      {effects.map(({ effect, text, because, reasons }) => {
        const Icon = icons[effect];
        return (
          <li key={effect} data-effect={effect}>
            <Icon size={18} stroke={1.6} aria-hidden="true" />
            <span>
              {text}
              {because && because.length > 0 && (
                <span className={`tiny dim ${classes.because}`}>{texts.changed(because.join(', '))}</span>
              )}
              {[...new Set(Object.values(reasons ?? {}))].map((why) => (
                <span key={why} className={`tiny dim ${classes.because}`}>
                  {why}
                </span>
              ))}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

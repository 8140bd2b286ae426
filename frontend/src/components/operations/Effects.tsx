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
import type { Tone } from '../status/looks';
import classes from './operations.module.css';
import * as texts from '@/texts/operations';

const looks: Record<Effect['effect'], [icon: TablerIcon, tone: Tone]> = {
  destroysData: [IconTrashX, 'bad'],
  leavesData: [IconDatabaseOff, 'bad'],
  databaseVersion: [IconDatabaseExclamation, 'busy'],
  infrastructure: [IconServerCog, 'warn'],
  stops: [IconPlayerPause, 'warn'],
  brokenUntilInit: [IconPlugConnectedX, 'busy'],
  signsOut: [IconLogout, 'busy'],
  address: [IconWorld, 'warn'],
  imageRebuild: [IconBox, 'busy'],
  migrations: [IconDatabaseCog, 'warn'],
  initJobs: [IconListCheck, 'busy'],
  restart: [IconRefresh, 'busy'],
};

/** What an operation causes, the costliest first. */
export function Effects({ effects }: { effects: readonly Effect[] }) {
  return (
    <ul className={`stack gap-6 small ${classes.effects}`} aria-label={texts.effects}>
      {effects.map(({ effect, text, because, reasons }) => {
        const [Icon, tone] = looks[effect];
        return (
          <li key={effect} data-tone={tone}>
            <Icon size={18} stroke={1.6} aria-hidden="true" />
            <span>
              {text}
              {because && because.length > 0 && (
                <span className={`tiny dim break ${classes.because}`}>
                  {texts.changed(because.join(', '))}
                </span>
              )}
              {[...new Set(Object.values(reasons ?? {}))].map((why) => (
                <span key={why} className={`tiny dim break ${classes.because}`}>
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

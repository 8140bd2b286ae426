import { onlineManager } from '@tanstack/react-query';
import { IconWifiOff } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import classes from './frame.module.css';
import * as texts from '@/texts/frame';

/** Says that the browser is offline; the pages keep the last data. */
export function Offline() {
  const online = useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
  if (online) return null;
  return (
    <div className={`line small ${classes.offline}`} role="status">
      <IconWifiOff size={16} stroke={1.8} aria-hidden="true" />
      {texts.youreOfflineShowingTheLast}
    </div>
  );
}

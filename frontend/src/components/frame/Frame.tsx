import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useLocation } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Sidebar } from '../sidebar/Sidebar';
import { useMe } from '../useMe';
import classes from './frame.module.css';
import { Header } from './Header';
import { Offline } from './Offline';
import { Toasts } from './Toasts';
import { useShortcuts } from './useShortcuts';
import * as texts from '@/texts/frame';

const Palette = lazy(() => import('./Palette'));
const SideDrawer = lazy(() => import('./SideDrawer'));
const PasskeyNeeded = lazy(() => import('./PasskeyNeeded'));
const ShortcutList = lazy(() => import('./ShortcutList'));

/** What surrounds every page of somebody who is logged in. */
export function Frame({ children }: { children: ReactNode }) {
  const wide = useMediaQuery('(min-width: 62em)', undefined, { getInitialValueInEffect: false });
  const [menu, { open: openMenu, close: closeMenu }] = useDisclosure();
  const [palette, { open: openPalette, close: closePalette }] = useDisclosure();
  const [help, { open: openHelp, close: closeHelp }] = useDisclosure();
  const needsPasskey = useMe()?.needsPasskey === true;
  const { pathname } = useLocation();
  const shortcuts = useShortcuts({ openPalette, openHelp });
  useEffect(closeMenu, [pathname, closeMenu]);
  return (
    <div className={classes.frame}>
      <a href="#main" className={classes.skip}>
        {texts.skipToContent}
      </a>
      {wide ? (
        <aside className={classes.side} aria-label={texts.sidebar}>
          <Sidebar />
        </aside>
      ) : (
        <Suspense fallback={null}>
          {menu && (
            <SideDrawer onClose={closeMenu}>
              <Sidebar />
            </SideDrawer>
          )}
        </Suspense>
      )}
      <div className="grow">
        <Header onSearch={openPalette} onHelp={openHelp} {...(wide ? {} : { onMenu: openMenu })} />
        <Offline />
        <Suspense fallback={null}>{needsPasskey && <PasskeyNeeded />}</Suspense>
        <main id="main" tabIndex={-1} className={classes.main}>
          {children}
        </main>
      </div>
      <Toasts />
      <Suspense fallback={null}>
        {palette && <Palette onClose={closePalette} onHelp={openHelp} />}
        {help && <ShortcutList shortcuts={shortcuts} onClose={closeHelp} />}
      </Suspense>
    </div>
  );
}

import { lazy, Suspense } from 'react';
import { useMay } from '../useMe';

const DamagedItems = lazy(() => import('./DamagedItems'));
const SetAside = lazy(() => import('./SetAside'));

/** Events and items that Ocim left out, of a cluster or of none. They are rare, so their code comes after the page's. */
export function LeftOut({ cluster }: { cluster?: string }) {
  const administrator = useMay('administrator', cluster);
  return (
    <Suspense fallback={null}>
      {cluster !== undefined && <SetAside cluster={cluster} />}
      {administrator && <DamagedItems {...(cluster === undefined ? {} : { cluster })} />}
    </Suspense>
  );
}

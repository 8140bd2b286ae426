import { IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { protectionsQuery } from '@/api/queries/operations';
import { Time } from '../Time';
import * as texts from '@/texts/operations';

/** Says that an instance is protected: by whom, since when and why. */
export function ProtectedMark({ cluster, instance }: { cluster: string; instance: string }) {
  const { data } = useQuery(protectionsQuery(cluster));
  const held = data?.protections.find((p) => p.instance === instance && p.protected);
  if (!held) return null;
  return (
    <span className="inline gap-6 small dim">
      <IconLock size={15} stroke={1.8} aria-hidden="true" />
      <span>
        {texts.protectedBy} {held.by} <Time at={held.at} />
        {held.reason !== undefined && held.reason !== '' && <>: “{held.reason}”</>}
      </span>
    </span>
  );
}

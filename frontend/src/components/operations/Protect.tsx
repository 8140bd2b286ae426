import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { protect } from '@/api/queries/operations';
import type { Protection } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Time } from '@/components/Time';
import { Textarea } from '../ui/Field';
import * as texts from '@/texts/operations';

interface ProtectProps {
  cluster: string;
  instance: string;
  /** The protection that stands. */
  held: Protection | undefined;
  onClose: () => void;
}

/** Sets or lifts the protection of an instance. */
export function Protect({ cluster, instance, held, onClose }: ProtectProps) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  return (
    <Confirm
      title={held ? texts.unprotect(instance) : texts.protect(instance)}
      verb={held ? texts.unprotect2 : texts.protect2}
      run={() => protect(cluster, instance, !held, reason.trim())}
      onDone={() => {
        for (const queryKey of [
          ['protections', cluster],
          ['preview', cluster],
        ]) {
          void queryClient.invalidateQueries({ queryKey });
        }
      }}
      onClose={onClose}
    >
      {held ? (
        <p>
          {held.by}{' '}
          {texts.protectedItAnUnprotectedInstance(
            <Time at={held.at} />,
            held.reason !== undefined && <>: “{held.reason}”</>,
          )}
        </p>
      ) : (
        <p>{texts.aProtectedInstanceCantBe}</p>
      )}
      <Textarea
        label={texts.reasonOptional}
        minRows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}

import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRotateClockwise } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { actOnBulk, bulkQuery } from '@/api/queries/bulk';
import type { Bulk, BulkAct } from '@/api/types';
import { Confirm } from '../Confirm';
import { Failure } from '../Failure';
import { may } from '../roles';
import { useMe } from '../useMe';
import { failedOf } from './looks';
import { byCluster } from './targets';

const icon = { size: 15, stroke: 1.8 };

/** Pause, resume, retry and abort, as far as the state and the person's role allow. */
export function BulkActions({ bulk }: { bulk: Bulk }) {
  const me = useMe();
  const queryClient = useQueryClient();
  const [aborting, setAborting] = useState(false);
  const took = (next: Bulk) => {
    queryClient.setQueryData(bulkQuery(bulk.id).queryKey, next);
    void queryClient.invalidateQueries({ queryKey: ['bulks'] });
  };
  const { mutate, isPending, variables, error } = useMutation({
    mutationFn: (act: BulkAct) => actOnBulk(bulk.id, act),
    onSuccess: took,
    // Somebody else may have acted on it, or it went on by itself.
    onError: () => queryClient.invalidateQueries({ queryKey: bulkQuery(bulk.id).queryKey }),
  });
  if (!me || !byCluster(bulk.targets).every(([cluster]) => may(me, 'operator', cluster))) return null;
  const failed = failedOf(bulk);
  const waiting = bulk.targets.filter((t) => t.state === 'waiting').length;
  const open = bulk.state === 'running' || bulk.state === 'paused';
  const button = (act: BulkAct) => ({
    loading: isPending && variables === act,
    disabled: isPending && variables !== act,
    onClick: () => mutate(act),
  });
  return (
    <>
      {bulk.state === 'running' && waiting > 0 && (
        <Button variant="default" leftSection={<IconPlayerPause {...icon} />} {...button('pause')}>
          Pause
        </Button>
      )}
      {bulk.state === 'paused' && (
        <Button
          variant={failed > 0 ? 'default' : 'filled'}
          leftSection={<IconPlayerPlay {...icon} />}
          {...button('resume')}
        >
          {failed > 0 ? 'Resume without them' : 'Resume'}
        </Button>
      )}
      {failed > 0 && bulk.state !== 'running' && (
        <Button leftSection={<IconRotateClockwise {...icon} />} {...button('retry')}>
          Retry the {failed} that failed
        </Button>
      )}
      {open && waiting > 0 && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop {...icon} />}
          disabled={isPending}
          onClick={() => setAborting(true)}
        >
          Abort
        </Button>
      )}
      {aborting && (
        <Confirm
          title="Abort the bulk change?"
          verb={`Leave out ${waiting}`}
          destructive
          run={() => actOnBulk(bulk.id, 'abort').then(took)}
          onClose={() => setAborting(false)}
        >
          <p>
            The {waiting} {waiting === 1 ? 'instance that waits is' : 'instances that wait are'} left as they
            are. What runs comes to its end, and what is live stays live.
          </p>
        </Confirm>
      )}
      {error && <Failure error={error} what="It was not done." />}
    </>
  );
}

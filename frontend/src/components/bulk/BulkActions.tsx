import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRotateClockwise } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { actOnBulk, bulkQuery } from '@/api/queries/bulk';
import type { Bulk, BulkAct } from '@/api/types';
import { Confirm } from '../Confirm';
import { Failure } from '../Failure';
import { may } from '../roles';
import { Button } from '../ui/Button';
import { useMe } from '../useMe';
import { failedOf } from './looks';
import { byCluster } from './targets';
import * as texts from '@/texts/bulk';

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
          {texts.pause}
        </Button>
      )}
      {bulk.state === 'paused' && (
        <Button
          variant={failed > 0 ? 'default' : 'filled'}
          leftSection={<IconPlayerPlay {...icon} />}
          {...button('resume')}
        >
          {failed > 0 ? texts.resumeWithoutRetrying : texts.resume}
        </Button>
      )}
      {failed > 0 && bulk.state !== 'running' && (
        <Button leftSection={<IconRotateClockwise {...icon} />} {...button('retry')}>
          {texts.retryFailed(failed)}
        </Button>
      )}
      {open && waiting > 0 && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop {...icon} />}
          disabled={isPending}
          onClick={() => setAborting(true)}
        >
          {texts.abort}
        </Button>
      )}
      {aborting && (
        <Confirm
          title={texts.abortTheBulkChange}
          verb={texts.skip(waiting)}
          destructive
          run={() => actOnBulk(bulk.id, 'abort').then(took)}
          onClose={() => setAborting(false)}
        >
          <p>{texts.ocimSkipsTheStillWaiting(waiting)}</p>
        </Confirm>
      )}
      {error && <Failure error={error} what={texts.theActionFailed} />}
    </>
  );
}

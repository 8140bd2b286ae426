import { IconPlayerStop, IconRepeat } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { actOnPipeline, type PipelineDeed } from '@/api/queries/logs';
import { isMoving } from '@/api/status';
import type { Pipeline } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { useMay } from '@/components/useMe';
import { Button } from '../ui/Button';
import { Textarea } from '../ui/Field';
import * as texts from '@/texts/logs';

const deeds = {
  cancel: {
    verb: texts.cancelPipeline,
    impact: texts.runningJobsStopImmediatelyAnd,
  },
  retry: {
    verb: texts.retryPipeline,
    impact: texts.failedAndCanceledJobsRun,
  },
} as const;

/** Cancel and retry, for those who may. */
export function PipelineActions({ pipeline }: { pipeline: Pipeline }) {
  const { cluster, id, status } = pipeline;
  const operator = useMay('operator', cluster);
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<PipelineDeed>();
  const [reason, setReason] = useState('');
  if (!operator) return null;
  const moving = isMoving(status);
  return (
    <>
      {(status === 'failed' || status === 'canceled') && (
        <Button
          variant="default"
          onClick={() => setAsked('retry')}
          leftSection={<IconRepeat size={15} stroke={1.8} />}
        >
          {texts.retry}
        </Button>
      )}
      {moving && status !== 'canceling' && (
        <Button
          variant="default"
          onClick={() => setAsked('cancel')}
          leftSection={<IconPlayerStop size={15} stroke={1.8} />}
        >
          {texts.cancel}
        </Button>
      )}
      {asked && (
        <Confirm
          title={`${deeds[asked].verb} #${id}?`}
          verb={deeds[asked].verb}
          destructive={asked === 'cancel'}
          run={() => actOnPipeline(cluster, id, asked, reason.trim())}
          onDone={() => {
            setReason('');
            for (const queryKey of [['pipeline', cluster], ['operation', cluster], ['tree']]) {
              void queryClient.invalidateQueries({ queryKey });
            }
          }}
          onClose={() => setAsked(undefined)}
        >
          <p>{deeds[asked].impact}</p>
          <Textarea
            label={texts.reasonOptional}
            description={texts.savedInTheHistory}
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Confirm>
      )}
    </>
  );
}

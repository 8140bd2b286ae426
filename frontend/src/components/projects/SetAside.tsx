import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { actOnSetAside, setAsideQuery } from '@/api/queries/installation';
import { useRefresh } from '@/api/queryClient';
import type { SetAsideEvent } from '@/api/types';
import { Confirm } from '../Confirm';
import { Failure } from '../Failure';
import { Panel } from '../Panel';
import { SmallButton } from '../SmallButton';
import { Table } from '../Table';
import { Time } from '../Time';
import classes from './projects.module.css';
import * as texts from '@/texts/installation';

/** Webhook events of a project that can't be applied; nothing when there are none. */
export default function SetAside({ cluster }: { cluster: string }) {
  const { data } = useQuery(setAsideQuery(cluster));
  const [discarding, setDiscarding] = useState<SetAsideEvent>();
  const refresh = useRefresh(setAsideQuery(cluster));
  const retry = useMutation({
    mutationFn: (key: string) => actOnSetAside(cluster, key, 'retry'),
    onSettled: refresh,
  });
  const events = data?.events ?? [];
  if (events.length === 0) return null;
  return (
    <Panel title={texts.setAsideEvents} note={events.length}>
      <p className={classes.detail}>{texts.setAsideAbout}</p>
      <Table label={texts.setAsideEvents} heads={[texts.event, texts.received, texts.reason, '']}>
        {events.map((event) => (
          <tr key={event.key}>
            <td>{nameOf(event)}</td>
            <td data-dim>
              <Time at={event.receivedAt} />
            </td>
            <td data-wrap>{event.error}</td>
            <td data-end>
              <SmallButton
                loading={retry.isPending && retry.variables === event.key}
                onClick={() => retry.mutate(event.key)}
                aria-label={texts.retryEvent(nameOf(event))}
              >
                {texts.retry}
              </SmallButton>{' '}
              <SmallButton
                onClick={() => setDiscarding(event)}
                aria-label={texts.discardEvent(nameOf(event))}
              >
                {texts.discard}
              </SmallButton>
            </td>
          </tr>
        ))}
      </Table>
      {data?.next !== undefined && <p className={classes.detail}>{texts.moreEvents}</p>}
      {retry.error && <Failure error={retry.error} what={texts.theActionFailed} />}
      {discarding && (
        <Confirm
          title={texts.discardQuestion(nameOf(discarding))}
          verb={texts.discard}
          destructive
          run={() => actOnSetAside(cluster, discarding.key, 'discard')}
          onDone={() => void refresh()}
          onClose={() => setDiscarding(undefined)}
        >
          {texts.discardMeans}
        </Confirm>
      )}
    </Panel>
  );
}

function nameOf({ kind, pipeline, branch }: SetAsideEvent): string {
  return kind === 'pipeline' ? texts.pipelineEvent(pipeline ?? 0) : texts.pushEvent(branch ?? '');
}

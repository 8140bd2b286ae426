import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { actOnDamaged, damagedItemQuery, damagedQuery } from '@/api/queries/damaged';
import { useRefresh } from '@/api/queryClient';
import type { DamagedItem } from '@/api/types';
import { Confirm } from '../Confirm';
import { Dialog } from '../Dialog';
import { Failure } from '../Failure';
import { Loaded } from '../Loaded';
import { Panel } from '../Panel';
import { SmallButton } from '../SmallButton';
import { Table } from '../Table';
import { Time } from '../Time';
import classes from './projects.module.css';
import * as texts from '@/texts/installation';

/** Stored items that can't be decoded, of a cluster or of none; nothing when there are none. */
export default function DamagedItems({ cluster }: { cluster?: string }) {
  const { data } = useQuery(damagedQuery(cluster));
  const [reading, setReading] = useState<DamagedItem>();
  const [discarding, setDiscarding] = useState<DamagedItem>();
  const refresh = useRefresh(damagedQuery(cluster));
  const retry = useMutation({
    mutationFn: (id: string) => actOnDamaged(cluster, id, 'retry'),
    onSettled: refresh,
  });
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Panel title={texts.damagedItems} note={items.length}>
      <p className={classes.detail}>{texts.damagedAbout}</p>
      <Table label={texts.damagedItems} heads={[texts.item, texts.found, texts.reason, '']}>
        {items.map((item) => (
          <tr key={item.id}>
            <td data-wrap>{item.key}</td>
            <td data-dim>
              <Time at={item.foundAt} />
            </td>
            <td data-wrap>{item.error}</td>
            <td data-end>
              <SmallButton onClick={() => setReading(item)} aria-label={texts.viewItem(item.key)}>
                {texts.view}
              </SmallButton>{' '}
              <SmallButton
                loading={retry.isPending && retry.variables === item.id}
                onClick={() => retry.mutate(item.id)}
                aria-label={texts.retryItem(item.key)}
              >
                {texts.retry}
              </SmallButton>{' '}
              {item.discardable && (
                <SmallButton onClick={() => setDiscarding(item)} aria-label={texts.discardItem(item.key)}>
                  {texts.discard}
                </SmallButton>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {retry.error && <Failure error={retry.error} what={texts.couldntDecode} />}
      {reading && <StoredText cluster={cluster} item={reading} onClose={() => setReading(undefined)} />}
      {discarding && (
        <Confirm
          title={texts.discardQuestion(discarding.key)}
          verb={texts.discard}
          destructive
          run={() => actOnDamaged(cluster, discarding.id, 'discard')}
          onDone={() => void refresh()}
          onClose={() => setDiscarding(undefined)}
        >
          {texts.discardItemMeans}
        </Confirm>
      )}
    </Panel>
  );
}

interface StoredTextProps {
  cluster: string | undefined;
  item: DamagedItem;
  onClose: () => void;
}

function StoredText({ cluster, item, onClose }: StoredTextProps) {
  const query = useQuery(damagedItemQuery(cluster, item.id));
  return (
    <Dialog title={item.key} size="xl" onClose={onClose}>
      <p className={classes.detail}>{item.error}</p>
      <Loaded query={query} what={texts.theItem} lines={4}>
        {({ text, complete }) =>
          text === undefined ? (
            <p>{texts.noText}</p>
          ) : (
            <>
              <pre className={classes.stored} tabIndex={0} aria-label={texts.storedText}>
                {text}
              </pre>
              {!complete && <p className={classes.detail}>{texts.onlyTheBeginning}</p>}
            </>
          )
        }
      </Loaded>
    </Dialog>
  );
}

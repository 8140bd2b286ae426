import { useInfiniteQuery } from '@tanstack/react-query';
import { deliveriesQuery } from '@/api/queries/notifications';
import type { Delivery } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { Button } from '@/components/ui/Button';
import classes from './-account.module.css';
import { deliveryLooks, eventWords } from './-events';
import * as texts from '@/texts/account';

/** What was sent, or could not be, newest first. */
export function Deliveries() {
  const query = useInfiniteQuery(deliveriesQuery);
  return (
    <Panel title={texts.deliveries} flush>
      <Loaded query={query} what={texts.theDeliveries} shape="rows">
        {({ pages }) => {
          const deliveries = pages.flatMap((page) => page.deliveries);
          if (deliveries.length === 0) {
            return <Empty title={texts.noDeliveriesYet}>{texts.sendATestNotificationOr}</Empty>;
          }
          return (
            <>
              <Table
                label={texts.deliveries}
                heads={[texts.queued, texts.subscription, texts.state, texts.about, texts.whatHappened]}
              >
                {deliveries.map((delivery) => (
                  <tr key={delivery.id}>
                    <td data-dim>
                      <Time at={delivery.createdAt} />
                    </td>
                    <td>{delivery.name}</td>
                    <td>
                      <Status look={deliveryLooks[delivery.state]} />
                    </td>
                    <td data-wrap>{delivery.notices.map(sayNotice).join('; ')}</td>
                    <td data-wrap>
                      {delivery.error}
                      {delivery.state === 'waiting' && (
                        <Time at={delivery.nextAt} ahead prefix={texts.retried} />
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
              {query.hasNextPage && (
                <div className={classes.end}>
                  <Button
                    variant="default"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {texts.showEarlier}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function sayNotice({ cluster, instance, event, reason }: Delivery['notices'][number]): string {
  const what = [instance ?? cluster, eventWords[event]].filter((part) => part !== undefined).join(' ');
  return reason === undefined ? what : `${what}: ${reason}`;
}

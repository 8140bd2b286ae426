import { useInfiniteQuery } from '@tanstack/react-query';
import { deliveriesQuery } from '@/api/queries/notifications';
import type { Delivery } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { ShowEarlier } from '@/components/ShowEarlier';
import { Status } from '@/components/status/Status';
import { Table, TimeCell } from '@/components/Table';
import { Time } from '@/components/Time';
import classes from './-account.module.css';
import { deliveryLooks, eventWords } from './-events';
import * as texts from '@/texts/account';

/** What was sent, or could not be, newest first. */
export function Deliveries() {
  const query = useInfiniteQuery(deliveriesQuery);
  return (
    <Panel title={texts.deliveries} flush>
      <Loaded query={query} what={texts.theDeliveries} shape="rows">
        {({ pages }) => (
          <>
            <Table
              label={texts.deliveries}
              empty={<Empty title={texts.noDeliveriesYet}>{texts.sendATestNotificationOr}</Empty>}
              heads={[texts.queued, texts.subscription, texts.state, texts.about, texts.whatHappened]}
            >
              {pages
                .flatMap(({ deliveries }) => deliveries)
                .map((delivery) => (
                  <tr key={delivery.id}>
                    <TimeCell at={delivery.createdAt} />
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
            <ShowEarlier list={query} className={classes.end} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function sayNotice({ cluster, instance, event, reason }: Delivery['notices'][number]): string {
  const what = [instance ?? cluster, eventWords[event]].filter((part) => part !== undefined).join(' ');
  return reason === undefined ? what : `${what}: ${reason}`;
}

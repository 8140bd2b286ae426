import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { bulksQuery } from '@/api/queries/bulk';
import { bulkLook, bulkTitle, tally, targetLooks } from '@/components/bulk/looks';
import { Empty } from '@/components/Empty';
import { ButtonLink, QuietLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { ShowEarlier } from '@/components/ShowEarlier';
import { Status } from '@/components/status/Status';
import { Table, TimeCell } from '@/components/Table';
import { useMaySomewhere } from '@/components/useMe';
import * as texts from '@/texts/bulk';

export const Route = createFileRoute('/_app/bulk/')({ component: Bulks });

function Bulks() {
  const query = useInfiniteQuery(bulksQuery);
  const some = useMaySomewhere('operator');
  const bulks = query.data?.pages.flatMap((page) => page.bulkChanges) ?? [];
  const choose = some && <ButtonLink to="/instances">{texts.selectInstances}</ButtonLink>;
  return (
    <Page
      title={texts.bulkChanges}
      about={texts.changeManyInstancesInWaves}
      actions={bulks.length > 0 && choose}
    >
      <Panel title={texts.newestFirst} flush>
        <Loaded query={query} what={texts.theBulkChanges} shape="rows" lines={6}>
          {() => (
            <Table
              label={texts.bulkChanges}
              empty={
                <Empty title={texts.noBulkChangesYet} action={choose}>
                  {some ? texts.selectInstancesWithTheCheckboxes : texts.operatorsStartBulkChangesFrom}
                </Empty>
              }
              heads={[
                texts.change,
                texts.state,
                texts.keys,
                texts.instances,
                texts.reason,
                texts.requestedBy,
                texts.requested,
              ]}
            >
              {bulks.map((b) => (
                <tr key={b.id}>
                  <td>
                    <QuietLink to="/bulk/$bulk" params={{ bulk: b.id }} data-row>
                      {bulkTitle(b)}
                    </QuietLink>
                  </td>
                  <td>
                    <Status look={bulkLook(b)} />
                  </td>
                  <td data-wrap>{b.keys && <code>{b.keys.join(', ')}</code>}</td>
                  <td data-dim>
                    {tally(b)
                      .map(([state, n]) => `${n} ${targetLooks[state].word.toLowerCase()}`)
                      .join(', ')}
                  </td>
                  <td data-wrap>{b.reason}</td>
                  <td data-dim>{b.requestedBy}</td>
                  <TimeCell at={b.requestedAt} />
                </tr>
              ))}
            </Table>
          )}
        </Loaded>
      </Panel>
      <ShowEarlier list={query} />
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { bulkQuery } from '@/api/queries/bulk';
import type { Bulk } from '@/api/types';
import { Board } from '@/components/bulk/Board';
import { BulkActions } from '@/components/bulk/BulkActions';
import { bulkLook, bulkTitle, waitsForHealth } from '@/components/bulk/looks';
import { Loaded } from '@/components/Loaded';
import { isMissing, MissingPage } from '@/components/MissingPage';
import { Facts } from '@/components/Facts';
import { Crumb, Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import { plural } from '@/texts/plural';
import { isFuture } from '@/lib/future';
import { parseTime, rough, span } from '@/lib/time';
import { useNow } from '@/lib/useNow';
import * as texts from '@/texts/bulk';

export const Route = createFileRoute('/_app/bulk/$bulk')({ component: BulkRoute });

function BulkRoute() {
  const { bulk: id } = Route.useParams();
  const query = useQuery(bulkQuery(id));
  if (isMissing(query)) return <MissingPage />;
  const bulk = query.data;
  return (
    <Page
      title={bulk ? bulkTitle(bulk) : texts.bulkChange}
      crumbs={<Crumb to="/bulk">{texts.bulkChanges}</Crumb>}
      status={bulk && <Status look={bulkLook(bulk)} pill />}
      about={bulk?.reason}
      actions={bulk && <BulkActions bulk={bulk} />}
    >
      <Loaded query={query} what={texts.theBulkChange} shape="panel" lines={10}>
        {(shown) => (
          <>
            <Board bulk={shown} />
            <Panel title={texts.request}>
              <Facts flow facts={factsOf(shown)} />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** What is set, with its value, and what is unset; the API marks the first with +, the other with -. */
function keysOf({ keys = [], values = [] }: Bulk) {
  const after = new Map(values.map((change) => [change.key, change.after]));
  return [
    { name: texts.sets, sign: '+' },
    { name: texts.unsets, sign: '-' },
  ].flatMap(({ name, sign }) => {
    const found = keys.filter((key) => key.startsWith(sign)).map((key) => key.slice(1));
    if (found.length === 0) return [];
    const lines = found.map((key) => {
      const value = sign === '+' ? after.get(key) : undefined;
      return (
        <div key={key}>
          <code>{value === undefined ? key : `${key} = ${value}`}</code>
        </div>
      );
    });
    return [{ name, value: lines }];
  });
}

function factsOf(b: Bulk) {
  return [
    ...keysOf(b),
    { name: texts.requestedBy, value: b.requestedBy, note: <Time at={b.requestedAt} /> },
    ...(b.takenOverBy === undefined ? [] : [{ name: texts.continuedBy, value: b.takenOverBy }]),
    { name: texts.waves, value: texts.canaryThenAtATime(b.batch) },
    { name: texts.pauseAfter, value: plural(b.pauseAfter, 'failure') },
    {
      name: texts.health,
      value: waitsForHealth(b) ? texts.waitsUntilHealthy : texts.ignored,
    },
    {
      name: texts.duration,
      value: <Elapsed bulk={b} />,
      note: b.seconds === undefined ? undefined : texts.usually(rough(b.seconds)),
    },
    {
      name: texts.ended,
      value: b.endedAt === undefined ? undefined : <Time at={b.endedAt} />,
      note: b.state === 'aborted' ? b.detail : undefined,
    },
  ];
}

/** How long a bulk change took, or has taken so far. */
function Elapsed({ bulk }: { bulk: Bulk }) {
  const now = useNow();
  const start = parseTime(bulk.requestedAt);
  const end = parseTime(bulk.endedAt)?.getTime() ?? now;
  return start && !isFuture(start, end) ? span(start, end) : null;
}

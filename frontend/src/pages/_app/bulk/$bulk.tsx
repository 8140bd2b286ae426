import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { ApiError } from '@/api/errors';
import { bulkQuery } from '@/api/queries/bulk';
import type { Bulk } from '@/api/types';
import { Board } from '@/components/bulk/Board';
import { BulkActions } from '@/components/bulk/BulkActions';
import { bulkLook, bulkTitle } from '@/components/bulk/looks';
import { TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { MissingPage } from '@/components/MissingPage';
import { Facts } from '@/components/Facts';
import { Crumb, Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import * as texts from '@/texts/bulk';

export const Route = createFileRoute('/_app/bulk/$bulk')({ component: BulkRoute });

function BulkRoute() {
  const { bulk: id } = Route.useParams();
  const query = useQuery(bulkQuery(id));
  if (query.error instanceof ApiError && query.error.status === 404 && !query.data) return <MissingPage />;
  const bulk = query.data;
  return (
    <Page
      title={bulk ? bulkTitle(bulk) : texts.bulkChange}
      crumbs={
        <Crumb>
          <TextLink to="/bulk">{texts.bulkChanges}</TextLink>
        </Crumb>
      }
      status={bulk && <Status look={bulkLook(bulk)} pill />}
      about={bulk?.reason}
      actions={bulk && <BulkActions bulk={bulk} />}
    >
      <Loaded query={query} what={texts.theBulkChange} lines={10}>
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

/** What is set and what is unset; the API marks the first with +, the other with -. */
function keysOf(keys: readonly string[]) {
  return [
    { name: texts.sets, sign: '+' },
    { name: texts.unsets, sign: '-' },
  ].flatMap(({ name, sign }) => {
    const found = keys.filter((key) => key.startsWith(sign)).map((key) => key.slice(1));
    return found.length === 0
      ? []
      : [
          {
            name,
            value: found.map((key) => (
              <div key={key}>
                <code>{key}</code>
              </div>
            )),
          },
        ];
  });
}

function factsOf(b: Bulk) {
  return [
    ...keysOf(b.keys ?? []),
    { name: texts.requestedBy, value: b.requestedBy, note: <Time at={b.requestedAt} /> },
    { name: texts.waves, value: texts.canaryThenAtATime(b.batch) },
    { name: texts.pauseAfter, value: `${b.pauseAfter} ${b.pauseAfter === 1 ? 'failure' : 'failures'}` },
    {
      name: texts.ended,
      value: b.endedAt === undefined ? undefined : <Time at={b.endedAt} />,
      note: b.state === 'aborted' ? b.detail : undefined,
    },
  ];
}

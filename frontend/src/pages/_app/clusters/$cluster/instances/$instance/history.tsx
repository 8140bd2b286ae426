import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { historyQuery } from '@/api/queries/operations';
import type { Operation } from '@/api/types';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { Empty } from '@/components/Empty';
import { TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { HistoryEntry } from '@/components/operations/HistoryEntry';
import classes from '@/components/operations/history.module.css';
import { UndeployedNotice } from '@/components/operations/UndeployedNotice';
import { Crumb, Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';
import * as texts from '@/texts/clusters';

export const Route = createFileRoute('/_app/clusters/$cluster/instances/$instance/history')({
  validateSearch: (raw: RawSearch): { operation?: string | undefined } => ({
    operation: word(raw, 'operation'),
  }),
  component: HistoryRoute,
});

function HistoryRoute() {
  const { cluster, instance } = Route.useParams();
  const { operation: open } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useInfiniteQuery(historyQuery(cluster, instance));
  const operations = query.data?.pages.flatMap((page) => page.operations) ?? [];
  const current = operations.find(deployed)?.id;
  // After one that failed, git has what it wanted: what is live is a way back then.
  const inGit = operations.find(reachedGit)?.id;
  return (
    <Page
      title={texts.historyOf(instance)}
      crumbs={
        <>
          <ClusterCrumbs cluster={cluster} />
          <Crumb>
            <TextLink to="/clusters/$cluster/instances/$instance" params={{ cluster, instance }}>
              {instance}
            </TextLink>
          </Crumb>
        </>
      }
      about={texts.everyOperationRequestedInOcim}
    >
      <UndeployedNotice cluster={cluster} instance={instance} />
      <Panel title={texts.operations} flush>
        <Loaded query={query} what={texts.theHistory} lines={8}>
          {() =>
            operations.length === 0 ? (
              <Empty title={texts.noOperationsYet}>{texts.noOperationsYetChangesMade}</Empty>
            ) : (
              <ul aria-label={texts.operationsNewestFirst} className={classes.list}>
                {operations.map((operation) => (
                  <HistoryEntry
                    key={operation.id}
                    operation={operation}
                    open={operation.id === open}
                    current={operation.id === current}
                    earlier={reachedGit(operation) && operation.id !== inGit}
                    onToggle={() =>
                      void navigate({
                        search: { operation: operation.id === open ? undefined : operation.id },
                        replace: true,
                        resetScroll: false,
                      })
                    }
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {query.hasNextPage && (
        <div>
          <SmallButton loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {texts.showEarlier}
          </SmallButton>
        </div>
      )}
    </Page>
  );
}

/** Whether what it wanted is what runs, until the next one. */
function deployed(operation: Operation): boolean {
  return operation.state === 'succeeded' && reachedGit(operation);
}

/** Whether it left a configuration in git that one can go back to. */
function reachedGit({ kind, state, commit }: Operation): boolean {
  return (state === 'succeeded' || commit !== undefined) && ['create', 'update', 'unarchive'].includes(kind);
}

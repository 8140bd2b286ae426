import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { activityQuery } from '@/api/queries/overview';
import { daysOf } from '@/components/activity/days';
import { ActivityEntry, activityKey } from '@/components/activity/ActivityEntry';
import { withoutEchoes } from '@/components/activity/words';
import { Empty } from '@/components/Empty';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { ShowEarlier } from '@/components/ShowEarlier';
import { Button } from '@/components/ui/Button';
import { useNow } from '@/lib/useNow';
import { Filters } from './-Filters';
import { filterOf, isFiltered } from './-filter';
import { readSearch, type Search } from './-search';
import * as texts from '@/texts/activity';

export const Route = createFileRoute('/_app/activity/')({
  validateSearch: readSearch,
  component: ActivityPage,
});

function ActivityPage() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useInfiniteQuery(activityQuery(filterOf(search)));
  const now = useNow();
  const change = (next: Partial<Search>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const clear = () => void navigate({ search: {} });
  return (
    <Page title={texts.activity} about={texts.clustersAndInstancesInThe}>
      <Filters search={search} onChange={change} onClear={clear} />
      <Loaded query={query} what={texts.theActivity} shape="panel" lines={10}>
        {({ pages }) => {
          const activity = withoutEchoes(pages.flatMap((page) => page.activity));
          return (
            <>
              {activity.length === 0 && !query.hasNextPage && (
                <Nothing filtered={isFiltered(search)} onClear={clear} />
              )}
              {daysOf(activity, now).map(({ name, entries }) => (
                <Panel key={name} title={name} note={entries.length} flush>
                  <ul aria-label={name}>
                    {entries.map((one) => (
                      <ActivityEntry key={activityKey(one)} activity={one} clock />
                    ))}
                  </ul>
                </Panel>
              ))}
              <ShowEarlier list={query}>
                {activity.length === 0 && <span>{texts.noMatchesAmongTheMost}</span>}
              </ShowEarlier>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <Empty
      title={texts.noResults}
      action={
        <Button variant="default" onClick={onClear}>
          {texts.clearFilters}
        </Button>
      }
    >
      {texts.noActivityInTheLast}
    </Empty>
  ) : (
    <Empty title={texts.noActivityYet}>{texts.finishedPipelinesAndChangesOf}</Empty>
  );
}

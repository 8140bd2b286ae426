import { useIntersection } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createFileRoute, Navigate, stripSearchParams } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import { instancesPoll, instancesQuery } from '@/api/queries/fleet';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { ChoiceBar } from '@/components/bulk/ChoiceBar';
import { choiceColumn } from '@/components/bulk/choiceColumn';
import { useChoice } from '@/components/bulk/useChoice';
import { Chips } from '@/components/filters/Chips';
import type { Instance } from '@/api/types';
import { ColumnMenu } from '@/components/instances/ColumnMenu';
import tableClasses from '@/components/instances/instances.module.css';
import { useColumns } from '@/components/instances/useColumns';
import { usePeekKeys } from './-usePeekKeys';
import { fleetColumns } from '@/components/instances/columns';
import { maxSettings, settingColumns } from '@/components/instances/settingColumns';
import { InstanceTable } from '@/components/instances/InstanceTable';
import { TableSkeleton } from '@/components/instances/TableSkeleton';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/Page';
import { maySomewhere } from '@/components/roles';
import { Button } from '@/components/ui/Button';
import { useClusters } from '@/components/useClusters';
import { useMay, useMe } from '@/components/useMe';
import { chipsOf, filterOf, type Filters, filtersOf, isFiltered } from './-filter';
import { FilterBar } from './-FilterBar';
import classes from './-instances.module.css';
import { defaults, readSearch, type Search } from './-search';
import { settled, useViews } from './-viewSearch';
import { Views } from './-Views';
import * as texts from '@/texts/instances';

const Peek = lazy(() => import('@/components/peek/Peek'));

export const Route = createFileRoute('/_app/instances/')({
  validateSearch: readSearch,
  search: { middlewares: [stripSearchParams<Search>(defaults)] },
  component: Instances,
});

function Instances() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const clusters = useClusters();
  const filter = filterOf(search);
  const query = useInfiniteQuery({ ...instancesQuery(filter), placeholderData: keepPreviousData });
  const loaded = query.isSuccess && !query.isPlaceholderData;
  const poll = useQuery(instancesPoll(filter, loaded ? query.data.pages : undefined));
  const error = query.error ?? poll.error;
  const peek = useCallback(
    (instance?: Instance) =>
      void navigate({
        search: (before) => ({ ...before, peek: instance && `${instance.cluster}/${instance.name}` }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const fleet = useMemo(() => fleetColumns(clusters, peek), [clusters, peek]);
  const me = useMe();
  const choice = useChoice();
  const views = useViews(search);
  const change = (next: Partial<Search>) =>
    void navigate({ search: (before) => settled({ ...before, ...next }, views.list), replace: true });
  const filters: Filters = filtersOf(clusters);
  const clear = () =>
    void navigate({ search: ({ sort, descending }) => settled({ sort, descending }, views.list) });

  const end = useMore(
    loaded && query.hasNextPage && !query.isFetching && !query.isError,
    query.fetchNextPage,
  );

  const first = query.data?.pages[0];
  const instances = useMemo(() => query.data?.pages.flatMap((page) => page.instances) ?? [], [query.data]);
  const total = first?.total ?? 0;
  const operator = me && maySomewhere(me, 'operator') ? me : undefined;
  const { column } = search;
  const settings = useMemo(
    () =>
      settingColumns(
        column?.slice(0, maxSettings) ?? [],
        query.data?.pages ?? [],
        (key) =>
          void navigate({
            search: (before) => ({ ...before, column: without(before.column, key) }),
            replace: true,
          }),
      ),
    [column, query.data, navigate],
  );
  const listed = [...fleet, ...settings];
  const all = operator ? [choiceColumn(operator, choice, instances, clusters), ...listed] : listed;
  const chooser = useColumns(all);
  const { columns } = chooser;
  const peeked = instances.find((i) => `${i.cluster}/${i.name}` === search.peek);
  usePeekKeys(instances, peeked, peek);
  if (views.arrival ?? views.waiting) {
    return (
      <Page title={texts.instances}>
        {views.arrival && <Navigate to="/instances" search={views.arrival} replace />}
        <TableSkeleton columns={columns} />
      </Page>
    );
  }
  return (
    <Page
      title={texts.instances}
      status={query.data && <span className={`numbers dim small ${classes.total}`}>{total}</span>}
      actions={
        <Views
          {...views}
          search={search}
          onShow={(next) => void navigate({ search: settled(next, views.list) })}
        />
      }
    >
      {views.missing && (
        <p role="status" className="dim">
          {texts.thisViewDoesntExistOr}
        </p>
      )}
      <FilterBar
        search={search}
        facets={first?.facets}
        clusters={[...clusters.keys()]}
        filters={filters}
        onChange={change}
        columns={
          <ColumnMenu
            {...chooser}
            onSetting={
              (column?.length ?? 0) < maxSettings
                ? (key) => change({ column: [...new Set([...(column ?? []), key])] })
                : undefined
            }
          />
        }
      />
      <Chips chips={chipsOf(search, change, filters)} onClear={clear} />
      {error && (
        <Failure
          error={error}
          what={query.data ? texts.couldntRefreshTheInstances : texts.couldntLoadTheInstances}
          onRetry={() => {
            void query.refetch();
            if (loaded) void poll.refetch();
          }}
          retrying={query.isFetching}
        />
      )}
      {query.isPending && <TableSkeleton columns={columns} />}
      {query.data &&
        (instances.length === 0 ? (
          <NothingHere filtered={isFiltered(search)} onClear={clear} />
        ) : (
          <div
            className={`${classes.list} ${tableClasses.place} ${chooser.chosen || settings.length > 0 ? tableClasses.scroller : ''}`}
          >
            <InstanceTable
              label={texts.instances}
              columns={columns}
              instances={instances}
              total={total}
              outdated={query.isPlaceholderData}
              sorting={{
                by: search.sort ?? defaults.sort,
                descending: search.descending ?? false,
                onSort: (sort, descending) => change({ sort, descending }),
              }}
            />
            <footer className={`line ${classes.more}`} ref={end}>
              <span className="dim small grow" role="status">
                {instances.length === total ? texts.allShown(total) : texts.ofShown(instances.length, total)}
              </span>
              {query.hasNextPage && (
                <Button
                  variant="default"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  {texts.showMore}
                </Button>
              )}
            </footer>
          </div>
        ))}
      {search.peek !== undefined && (
        <Suspense fallback={null}>
          <Peek
            cluster={search.peek.split('/')[0] ?? ''}
            instance={search.peek.split('/')[1] ?? ''}
            onClose={() => peek()}
          />
        </Suspense>
      )}
      {operator && <ChoiceBar me={operator} choice={choice} filter={filter} total={total} />}
    </Page>
  );
}

/** A list without an entry; undefined when nothing is left. */
function without(list: readonly string[] | undefined, gone: string): string[] | undefined {
  const left = list?.filter((one) => one !== gone);
  return left && left.length > 0 ? left : undefined;
}

/** Fetches more whenever the end of the list is near. After a failure that is up to the button. */
function useMore(more: boolean, fetchMore: () => Promise<unknown>) {
  const { ref, entry } = useIntersection({ rootMargin: '800px' });
  const near = entry?.isIntersecting === true;
  useEffect(() => {
    if (near && more) void fetchMore();
  }, [near, more, fetchMore]);
  return ref;
}

function NothingHere({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const administrator = useMay('administrator');
  if (filtered) {
    return (
      <Empty
        title={texts.noResults}
        action={
          <Button variant="default" onClick={onClear}>
            {texts.clearFilters}
          </Button>
        }
      >
        {texts.noInstanceMatchesAllOf}
      </Empty>
    );
  }
  return (
    <Empty
      title={texts.noInstancesYet}
      action={administrator && <ButtonLink to="/projects/new">{texts.addGitlabProject}</ButtonLink>}
    >
      {administrator ? texts.addAClustersGitlabProject : texts.youDontHaveAccessTo}
    </Empty>
  );
}

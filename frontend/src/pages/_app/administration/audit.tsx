import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useMemo } from 'react';
import { auditQuery, usersQuery } from '@/api/queries/identity';
import classes from '@/components/audit/audit.module.css';
import { EntryRow, type People } from '@/components/audit/EntryRow';
import { VerifyAudit } from '@/components/audit/VerifyAudit';
import { actionGroups, actionWord } from '@/components/audit/words';
import { Empty } from '@/components/Empty';
import { Chips } from '@/components/filters/Chips';
import { FilterSelect, optionsOf } from '@/components/filters/FilterSelect';
import { Loaded } from '@/components/Loaded';
import { NotAllowed } from '@/components/NotAllowed';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { ShowEarlier } from '@/components/ShowEarlier';
import { Table } from '@/components/Table';
import { Button } from '@/components/ui/Button';
import { TextInput } from '@/components/ui/Field';
import { useClusters } from '@/components/useClusters';
import { useMay } from '@/components/useMe';
import { present, searchOf, word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';
import * as texts from '@/texts/administration';

function dayIn(raw: RawSearch, key: string): string | undefined {
  const day = word(raw, key);
  return day !== undefined && Number.isFinite(Date.parse(`${day}T00:00`)) ? day : undefined;
}

const readSearch = searchOf({
  user: word,
  action: word,
  target: word,
  /** Part of the name of a configuration key. */
  key: word,
  /** Days, such as 2026-11-02; the last one counts. */
  since: dayIn,
  until: dayIn,
  /** Id of the entry that is open. */
  entry: word,
});

type Search = ReturnType<typeof readSearch>;

export const Route = createFileRoute('/_app/administration/audit')({
  validateSearch: readSearch,
  component: AuditRoute,
});

/** When a day begins here, some days later. */
function startOf(day: string | undefined, later = 0): string | undefined {
  if (day === undefined) return undefined;
  const start = new Date(`${day}T00:00`);
  start.setDate(start.getDate() + later);
  return start.toISOString();
}

function AuditRoute() {
  const administrator = useMay('administrator');
  if (!administrator)
    return <NotAllowed title={texts.audit}>{texts.onlyAdministratorsCanViewThe}</NotAllowed>;
  return <Audit />;
}

function Audit() {
  const { entry: open, ...filter } = Route.useSearch();
  const navigate = Route.useNavigate();
  const users = useQuery(usersQuery);
  const people = useMemo(() => new Map(users.data?.users.map((user) => [user.id, user])), [users.data]);
  const query = useInfiniteQuery(
    auditQuery(present({ ...filter, since: startOf(filter.since), until: startOf(filter.until, 1) })),
  );
  const change = (next: Search) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false });
  const clear = () => void navigate({ search: {} });
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Page title={texts.audit} about={texts.whoChangedWhatAndWhen} actions={<VerifyAudit />}>
      <Filters search={filter} people={people} onChange={change} onClear={clear} />
      <Loaded query={query} what={texts.theAuditLog} shape="panel" lines={10}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          if (entries.length === 0 && !query.hasNextPage) {
            return (
              <Empty
                title={filtered ? texts.noResults : texts.noChangesYet}
                action={
                  filtered && (
                    <Button variant="default" onClick={clear}>
                      {texts.clearFilters}
                    </Button>
                  )
                }
              />
            );
          }
          return (
            <Panel
              title={texts.entries}
              note={query.hasNextPage ? texts.latest(entries.length) : entries.length}
              flush
            >
              <Table
                label={texts.auditLog}
                heads={[texts.when, texts.who, texts.what, texts.about, texts.change]}
              >
                {entries.map((entry) => (
                  <EntryRow
                    key={entry.id}
                    entry={entry}
                    people={people}
                    open={entry.id === open}
                    onToggle={() => change({ entry: entry.id === open ? undefined : entry.id })}
                  />
                ))}
              </Table>
              <ShowEarlier list={query} className={classes.end}>
                {entries.length === 0 && <span>{texts.noMatchesAmongTheMost}</span>}
              </ShowEarlier>
            </Panel>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface FiltersProps {
  search: Search;
  people: People;
  onChange: (next: Search) => void;
  onClear: () => void;
}

const some = (value: string) => (value === '' ? undefined : value);

function Filters({ search, people, onChange, onClear }: FiltersProps) {
  const { user, action, target, key, since, until } = search;
  const clusters = useClusters();
  const [, cluster = '', , instance = ''] = target?.startsWith('cluster/') ? target.split('/') : [];
  const names = clusters.get(cluster)?.instances.map(({ name }) => name) ?? [];
  const actions = Object.entries(actionGroups).map(([group, words]) => ({
    group,
    items: Object.entries(words).map(([value, label]) => ({ value, label })),
  }));
  return (
    <>
      <div role="search" className={`row ${classes.filters}`} aria-label={texts.filterTheAuditLog}>
        <FilterSelect
          data-filter
          aria-label={texts.who}
          all={texts.everyone}
          options={optionsOf(people.values())}
          value={user !== undefined && people.has(user) ? user : undefined}
          onChoose={(user) => onChange({ user })}
        />
        <FilterSelect
          aria-label={texts.what}
          all={texts.allActions}
          options={actions}
          value={action}
          onChoose={(action) => onChange({ action })}
        />
        <FilterSelect
          aria-label={texts.cluster}
          all={texts.allClusters}
          options={optionsOf(clusters.values())}
          value={cluster}
          onChoose={(id) => onChange({ target: id && `cluster/${id}` })}
        />
        <FilterSelect
          aria-label={texts.instance}
          disabled={cluster === ''}
          all={texts.allInstances}
          options={instance === '' || names.includes(instance) ? names : [instance, ...names]}
          value={instance}
          onChoose={(name) =>
            onChange({ target: ['cluster', cluster, ...(name ? ['instance', name] : [])].join('/') })
          }
        />
        <TextInput
          size="sm"
          aria-label={texts.key}
          placeholder={texts.key}
          defaultValue={key ?? ''}
          key={key ?? ''}
          onBlur={(event) => onChange({ key: some(event.currentTarget.value.trim()) })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onChange({ key: some(event.currentTarget.value.trim()) });
          }}
        />
        {day('since', texts.from, { max: until })}
        {day('until', texts.to, { min: since })}
      </div>
      <Chips
        chips={[
          ...chip('user', texts.who, user && (people.get(user)?.name ?? user)),
          ...chip('action', texts.what, action && actionWord(action)),
          ...chip('target', texts.about, target && (instance || cluster || target)),
          ...chip('key', texts.key, key),
          ...chip('since', texts.from, since),
          ...chip('until', texts.to, until),
        ]}
        onClear={onClear}
      />
    </>
  );

  function day(
    id: 'since' | 'until',
    title: string,
    limit: { min?: string | undefined; max?: string | undefined },
  ) {
    return (
      <TextInput
        size="sm"
        type="date"
        aria-label={title}
        leftSection={title}
        className={classes.date}
        {...limit}
        value={search[id] ?? ''}
        onChange={(event) => onChange({ [id]: some(event.currentTarget.value) })}
      />
    );
  }

  function chip(id: keyof Search, title: string, value: string | undefined) {
    const onRemove = () => onChange({ [id]: undefined });
    return value === undefined || value === '' ? [] : [{ id, label: `${title}: ${value}`, onRemove }];
  }
}

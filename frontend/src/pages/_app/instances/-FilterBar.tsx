import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Facets } from '@/api/types';
import { CountPill } from '@/components/filters/CountPill';
import { FacetMenu } from '@/components/filters/FacetMenu';
import dropdown from '@/components/Dropdown.module.css';
import barClasses from '@/components/filters/filters.module.css';
import { HealthStrip } from '@/components/filters/HealthStrip';
import { SettingFilter } from '@/components/filters/SettingFilter';
import { Mark } from '@/components/status/Mark';
import { driftLook, siteFailingLook } from '@/components/status/looks';
import { CloseButton } from '@/components/ui/CloseButton';
import { TextInput } from '@/components/ui/Field';
import { failingSites, type Filters } from './-filter';
import classes from './-instances.module.css';
import type { Search } from './-search';
import * as texts from '@/texts/instances';

interface FilterBarProps {
  search: Search;
  facets: Facets | undefined;
  /** Ids of all clusters. */
  clusters: readonly string[];
  filters: Filters;
  onChange: (next: Partial<Search>) => void;
  /** Chooses the columns. */
  columns: ReactNode;
}

/** The filters that have a menu, with what the API calls their counts. */
const menus = [
  ['cluster', 'clusters'],
  ['provider', 'providers'],
  ['release', 'releases'],
  ['lifecycle', 'lifecycles'],
  ['pipeline', 'pipelines'],
  ['plugin', 'plugins'],
  ['tutor', 'tutors'],
  ['tag', 'tags'],
] as const;

export function FilterBar({ search, facets, clusters, filters, onChange, columns }: FilterBarProps) {
  const [open, setOpen] = useState(false);
  const chosen = menus.reduce((sum, [key]) => sum + (search[key]?.length ?? 0), 0);
  const active = chosen + (search.setting?.length ?? 0) + (search.problems === true ? 1 : 0);
  return (
    <div role="search" className="row" aria-label={texts.filterInstances}>
      <div className={`row ${classes.statuses}`}>
        <HealthStrip
          counts={facets?.healths ?? {}}
          chosen={search.health ?? []}
          onChoose={(health) => onChange({ health })}
        />
        <CountPill
          look={driftLook}
          count={facets?.drifts['drifted'] ?? 0}
          pressed={search.drift?.includes('drifted') ?? false}
          onPress={() => onChange({ drift: search.drift?.includes('drifted') ? undefined : ['drifted'] })}
        />
        <CountPill
          look={siteFailingLook}
          count={(facets?.sites['down'] ?? 0) + (facets?.sites['degraded'] ?? 0)}
          pressed={search.site !== undefined}
          onPress={() => onChange({ site: search.site ? undefined : failingSites })}
        />
      </div>
      <div className={barClasses.first}>
        <NameFilter name={search.name ?? ''} onChange={(name) => onChange({ name })} />
        <button
          type="button"
          className={`${dropdown.opener} ${barClasses.opener}`}
          data-on={active > 0}
          aria-expanded={open}
          aria-controls="instance-filters"
          onClick={() => setOpen(!open)}
        >
          <IconFilter size={15} stroke={1.7} aria-hidden="true" />
          {texts.filters(active)}
        </button>
      </div>
      <div className={barClasses.rest} id="instance-filters" data-open={open}>
        {menus.map(([key, facet]) => (
          <FacetMenu
            key={key}
            title={filters[key].title}
            counts={facets?.[facet] ?? {}}
            chosen={search[key] ?? []}
            {...(key === 'cluster' ? { others: clusters } : {})}
            word={filters[key].word ?? String}
            onChoose={(values) => onChange({ [key]: values })}
          />
        ))}
        <button
          type="button"
          className={dropdown.opener}
          data-on={search.problems === true}
          aria-pressed={search.problems === true}
          onClick={() => onChange({ problems: search.problems === true ? undefined : true })}
        >
          <Mark shape="triangle" size={14} />
          {texts.problemsInFiles}
        </button>
        <SettingFilter
          onAdd={(term) => onChange({ setting: [...new Set([...(search.setting ?? []), term])] })}
        />
        {columns}
      </div>
    </div>
  );
}

/** Follows the address, and writes to it once typing pauses. */
function NameFilter({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  const [typed, setTyped] = useState(name);
  const [known, setKnown] = useState(name);
  if (known !== name) {
    setKnown(name);
    setTyped(name);
  }
  const notify = useDebouncedCallback(onChange, 200);
  const set = (text: string) => {
    setTyped(text);
    notify(text);
  };
  return (
    <TextInput
      size="sm"
      style={{ width: 180 }}
      maxLength={100}
      data-filter
      aria-label={texts.filterByName}
      placeholder={texts.name}
      value={typed}
      onChange={(event) => set(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') set('');
      }}
      leftSection={<IconSearch size={14} stroke={1.8} />}
      rightSection={
        typed !== '' && <CloseButton size={24} aria-label={texts.clearName} onClick={() => set('')} />
      }
    />
  );
}

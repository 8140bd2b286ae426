import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Facets } from '@/api/types';
import { CountPill } from '@/components/filters/CountPill';
import { FacetMenu } from '@/components/filters/FacetMenu';
import dropdown from '@/components/Dropdown.module.css';
import barClasses from '@/components/filters/filters.module.css';
import { HealthStrip } from '@/components/filters/HealthStrip';
import { SettingFilter } from '@/components/filters/SettingFilter';
import { Mark } from '@/components/status/Mark';
import { driftLook } from '@/components/status/looks';
import type { Words } from './-filter';
import classes from './-instances.module.css';
import type { Search } from './-search';

interface FilterBarProps {
  search: Search;
  facets: Facets | undefined;
  /** Ids of all clusters. */
  clusters: readonly string[];
  wordOf: Words;
  onChange: (next: Partial<Search>) => void;
}

const menus = [
  ['Cluster', 'cluster', 'clusters'],
  ['Provider', 'provider', 'providers'],
  ['Release', 'release', 'releases'],
  ['Lifecycle', 'lifecycle', 'lifecycles'],
  ['Pipeline', 'pipeline', 'pipelines'],
] as const;

export function FilterBar({ search, facets, clusters, wordOf, onChange }: FilterBarProps) {
  return (
    <div role="search" className={classes.filters} aria-label="Filter the instances">
      <div className={classes.statuses}>
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
      </div>
      <div className={barClasses.bar}>
        <NameFilter name={search.name ?? ''} onChange={(name) => onChange({ name })} />
        {menus.map(([title, key, facet]) => (
          <FacetMenu
            key={key}
            title={title}
            counts={facets?.[facet] ?? {}}
            chosen={search[key] ?? []}
            {...(key === 'cluster' ? { others: clusters } : {})}
            word={wordOf[key]}
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
          Files with problems
        </button>
        <SettingFilter
          onAdd={(term) => onChange({ setting: [...new Set([...(search.setting ?? []), term])] })}
        />
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
  const tell = useDebouncedCallback(onChange, 200);
  const set = (text: string) => {
    setTyped(text);
    tell(text);
  };
  return (
    <TextInput
      size="xs"
      w={180}
      maxLength={100}
      data-filter
      aria-label="Filter by name"
      placeholder="Name"
      value={typed}
      onChange={(event) => set(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') set('');
      }}
      leftSection={<IconSearch size={14} stroke={1.8} />}
      rightSection={
        typed !== '' && <CloseButton size="sm" aria-label="Clear the name" onClick={() => set('')} />
      }
    />
  );
}

import { kindWords } from '@/components/activity/words';
import { FilterSelect, optionsOf } from '@/components/filters/FilterSelect';
import { useClusters } from '@/components/useClusters';
import classes from '@/components/activity/activity.module.css';
import { Button } from '@/components/ui/Button';
import { Checkbox } from '@/components/ui/Checkbox';
import { isFiltered } from './-filter';
import { kinds, type Search } from './-search';
import * as texts from '@/texts/activity';

interface FiltersProps {
  search: Search;
  onChange: (next: Partial<Search>) => void;
  onClear: () => void;
}

export function Filters({ search, onChange, onClear }: FiltersProps) {
  const clusters = useClusters();
  const names = clusters.get(search.cluster ?? '')?.instances.map((i) => i.name) ?? [];
  const instances = [...new Set([...names, ...(search.instance === undefined ? [] : [search.instance])])];
  return (
    <div role="search" className={`row ${classes.filters}`} aria-label={texts.filterActivity}>
      <FilterSelect
        data-filter
        aria-label={texts.cluster}
        all={texts.allClusters}
        options={withKnown(optionsOf(clusters.values()), search.cluster)}
        value={search.cluster}
        onChoose={(cluster) => onChange({ cluster, instance: undefined })}
      />
      {instances.length > 0 && (
        <FilterSelect
          aria-label={texts.instance}
          all={texts.allInstances}
          options={instances}
          value={search.instance}
          onChoose={(instance) => onChange({ instance })}
        />
      )}
      <FilterSelect
        aria-label={texts.type}
        all={texts.allTypes}
        options={kinds.map((kind) => ({ value: kind, label: kindWords[kind] }))}
        value={search.kind}
        onChoose={(value) => onChange({ kind: kinds.find((kind) => kind === value) })}
      />
      <Checkbox
        size="sm"
        label={texts.failuresOnly}
        checked={search.wrong ?? false}
        onChange={(event) => onChange({ wrong: event.currentTarget.checked || undefined })}
      />
      {isFiltered(search) && (
        <Button variant="subtle" onClick={onClear}>
          {texts.clearAll}
        </Button>
      )}
    </div>
  );
}

interface Choice {
  value: string;
  label: string;
}

/** A value of the address stays chosen while its name is not known. */
function withKnown(choices: Choice[], chosen: string | undefined): Choice[] {
  const known = chosen === undefined || choices.some(({ value }) => value === chosen);
  return known ? choices : [...choices, { value: chosen, label: chosen }];
}

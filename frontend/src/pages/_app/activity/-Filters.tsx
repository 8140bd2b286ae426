import { kindWords } from '@/components/activity/words';
import { useClusters } from '@/components/useClusters';
import classes from '@/components/activity/activity.module.css';
import { Button } from '@/components/ui/Button';
import { Checkbox } from '@/components/ui/Checkbox';
import { NativeSelect } from '@/components/ui/Field';
import { isFiltered } from './-filter';
import { kinds, type Search } from './-search';
import * as texts from '@/texts/activity';

interface FiltersProps {
  search: Search;
  onChange: (next: Partial<Search>) => void;
  onClear: () => void;
}

const some = (value: string) => (value === '' ? undefined : value);

export function Filters({ search, onChange, onClear }: FiltersProps) {
  const clusters = useClusters();
  const names = clusters.get(search.cluster ?? '')?.instances.map((i) => i.name) ?? [];
  const instances = [...new Set([...names, ...(search.instance === undefined ? [] : [search.instance])])];
  return (
    <div role="search" className={`row ${classes.filters}`} aria-label={texts.filterActivity}>
      <NativeSelect
        size="sm"
        data-filter
        aria-label={texts.cluster}
        data={[
          { value: '', label: texts.allClusters },
          ...withKnown(
            [...clusters.values()].map(({ id, name }) => ({ value: id, label: name })),
            search.cluster,
          ),
        ]}
        value={search.cluster ?? ''}
        onChange={(event) => onChange({ cluster: some(event.currentTarget.value), instance: undefined })}
      />
      {instances.length > 0 && (
        <NativeSelect
          size="sm"
          aria-label={texts.instance}
          data={[{ value: '', label: texts.allInstances }, ...instances]}
          value={search.instance ?? ''}
          onChange={(event) => onChange({ instance: some(event.currentTarget.value) })}
        />
      )}
      <NativeSelect
        size="sm"
        aria-label={texts.type}
        data={[
          { value: '', label: texts.allTypes },
          ...kinds.map((kind) => ({ value: kind, label: kindWords[kind] })),
        ]}
        value={search.kind ?? ''}
        onChange={(event) => onChange({ kind: kinds.find((kind) => kind === event.currentTarget.value) })}
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

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { matching, tagsQuery } from '@/api/queries/bulk';
import type { BulkRequest, Target, User } from '@/api/types';
import { Failure } from '../Failure';
import { may } from '../roles';
import { Button } from '../ui/Button';
import { NativeSelect } from '../ui/Field';
import classes from './bulk.module.css';
import { mostTargets } from './targets';
import * as texts from '@/texts/bulk';

interface TagChoiceProps {
  me: User;
  /** What the bulk change does, which decides the instances that it can take. */
  kind: BulkRequest['kind'];
  onAdd: (targets: Target[]) => void;
}

/** Adds the instances that have a tag, or whose cluster has it; nothing where there are no tags. */
export function TagChoice({ me, kind, onAdd }: TagChoiceProps) {
  const lifecycle = [kind === 'unarchive' ? ('archived' as const) : ('active' as const)];
  const { data: counts = {} } = useQuery(tagsQuery(lifecycle));
  const [tag, setTag] = useState('');
  const add = useMutation({
    mutationFn: () => matching({ tag: [tag], lifecycle }, mostTargets),
    onSuccess: (found) => onAdd(found.filter(({ cluster }) => may(me, 'operator', cluster))),
  });
  const tags = Object.keys(counts).sort();
  if (tags.length === 0) return null;
  return (
    <>
      <div className={`row ${classes.tagChoice}`}>
        <NativeSelect
          label={texts.addByTag}
          data={[
            { value: '', label: texts.chooseATag },
            ...tags.map((name) => ({ value: name, label: texts.tagged(name, counts[name] ?? 0) })),
          ]}
          value={tag}
          onChange={(event) => setTag(event.currentTarget.value)}
        />
        <Button variant="default" disabled={tag === ''} loading={add.isPending} onClick={() => add.mutate()}>
          {texts.addInstances}
        </Button>
      </div>
      {add.error && <Failure error={add.error} what={texts.couldntFindAllMatches} />}
    </>
  );
}

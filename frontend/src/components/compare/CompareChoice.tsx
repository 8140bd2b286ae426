import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { treeQuery } from '@/api/queries/fleet';
import { historyQuery } from '@/api/queries/operations';
import type { Operation } from '@/api/types';
import { operationTitle } from '@/components/status/looks';
import { dateTime, parseTime } from '@/lib/time';
import { Button } from '../ui/Button';
import { NativeSelect, TextInput } from '../ui/Field';
import classes from './compare.module.css';
import * as texts from '@/texts/operations';

/** What an instance is compared with: another one, or itself in an earlier commit. */
export interface Other {
  /** “cluster/instance”. */
  with?: string | undefined;
  commit?: string | undefined;
}

interface CompareChoiceProps {
  cluster: string;
  instance: string;
  other: Other;
  onChoose: (other: Other) => void;
}

const commitForm = /^[0-9a-f]{7,64}$/;

export function CompareChoice({ cluster, instance, other, onChoose }: CompareChoiceProps) {
  const tree = useQuery(treeQuery);
  const history = useInfiniteQuery(historyQuery(cluster, instance));
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const operations = (history.data?.pages.flatMap((page) => page.operations) ?? []).filter(hasCommit);
  const instances = (tree.data?.clusters ?? []).map((c) => ({
    group: c.name,
    items: c.instances
      .filter((i) => i.lifecycle === 'active' && (c.id !== cluster || i.name !== instance))
      .map((i) => ({ value: `${c.id}/${i.name}`, label: i.name })),
  }));
  return (
    <div className={classes.choice}>
      <NativeSelect
        label={texts.anotherInstance}
        value={other.with ?? ''}
        data={[{ value: '', label: texts.select }, ...instances.filter(({ items }) => items.length > 0)]}
        onChange={(event) => onChoose({ with: event.currentTarget.value })}
      />
      <NativeSelect
        label={texts.anEarlierOperation}
        value={operations.some((o) => o.commit === other.commit) ? other.commit : ''}
        data={[
          { value: '', label: operations.length === 0 ? texts.noCommits : texts.select },
          ...operations.map((o) => ({ value: o.commit, label: labelOf(o) })),
        ]}
        disabled={operations.length === 0}
        onChange={(event) => onChoose({ commit: event.currentTarget.value })}
      />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const sha = typed.trim().toLowerCase();
          setWrong(!commitForm.test(sha));
          if (commitForm.test(sha)) onChoose({ commit: sha });
        }}
      >
        <TextInput
          label={texts.aCommit}
          placeholder="4f2a9c1e…"
          value={typed}
          error={wrong && texts.aCommitIs7To}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {texts.compare}
        </Button>
      </form>
    </div>
  );
}

type Committed = Operation & { commit: string };

function hasCommit(operation: Operation): operation is Committed {
  return operation.commit !== undefined && operation.commit !== '';
}

function labelOf({ requestedAt, requestedBy, commit, ...operation }: Committed): string {
  const at = parseTime(requestedAt);
  return `${operationTitle(operation)}, ${at ? dateTime(at) : ''}, ${requestedBy} (${commit.slice(0, 8)})`;
}

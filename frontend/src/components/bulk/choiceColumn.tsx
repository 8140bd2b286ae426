import type { ClusterBranch, Instance, Target, User } from '@/api/types';
import type { Column } from '../instances/columns';
import { may } from '../roles';
import classes from './bulk.module.css';
import type { Choice } from './useChoice';
import * as texts from '@/texts/bulk';

const targetOf = ({ cluster, name }: Instance): Target => ({ cluster, instance: name });

/** The column to choose instances by: those that the person may operate. */
export function choiceColumn(
  me: User,
  choice: Choice,
  shown: readonly Instance[],
  clusters: ReadonlyMap<string, ClusterBranch>,
): Column {
  const mine = shown.filter((i) => may(me, 'operator', i.cluster)).map(targetOf);
  const on = mine.filter((t) => choice.has(t)).length;
  return {
    id: 'chosen',
    title: (
      <label className={`square ${classes.box}`}>
        <input
          type="checkbox"
          aria-label={texts.selectAllRows}
          checked={mine.length > 0 && on === mine.length}
          ref={(input) => {
            if (input) input.indeterminate = on > 0 && on < mine.length;
          }}
          disabled={mine.length === 0}
          onChange={(event) => choice.choose(mine, event.currentTarget.checked)}
        />
      </label>
    ),
    cell: (instance) =>
      may(me, 'operator', instance.cluster) && (
        <label className={`square ${classes.box}`}>
          <input
            type="checkbox"
            data-choose
            aria-label={texts.selectOn(
              instance.name,
              clusters.get(instance.cluster)?.name ?? instance.cluster,
            )}
            checked={choice.has(targetOf(instance))}
            onChange={(event) =>
              choice.toggle(targetOf(instance), shown, (event.nativeEvent as MouseEvent).shiftKey)
            }
          />
        </label>
      ),
  };
}

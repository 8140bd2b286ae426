import { IconX } from '@tabler/icons-react';
import type { Target } from '@/api/types';
import { QuietLink } from '../links';
import { useClusters } from '../useClusters';
import classes from './bulk.module.css';
import { byCluster } from './targets';
import * as texts from '@/texts/bulk';

interface TargetListProps {
  targets: readonly Target[];
  onRemove?: (target: Target) => void;
}

/** Instances by their cluster, each to be looked at and, where that is wanted, left out. */
export function TargetList({ targets, onRemove }: TargetListProps) {
  const clusters = useClusters();
  return (
    <dl className={`stack gap-10 ${classes.targets}`}>
      {byCluster(targets).map(([cluster, names]) => (
        <div key={cluster}>
          <dt className="small">
            {clusters.get(cluster)?.name ?? cluster} <span>{names.length}</span>
          </dt>
          <dd>
            <ul className="row gap-6">
              {names.map((instance) => (
                <li key={instance} className="inline small">
                  <QuietLink
                    to="/clusters/$cluster/instances/$instance"
                    params={{ cluster, instance }}
                    className={classes.target ?? ''}
                  >
                    {instance}
                  </QuietLink>
                  {onRemove && (
                    <button
                      type="button"
                      className={`square dim ${classes.drop}`}
                      aria-label={texts.remove(instance)}
                      onClick={() => onRemove({ cluster, instance })}
                    >
                      <IconX size={13} stroke={2} aria-hidden="true" />
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </dd>
        </div>
      ))}
    </dl>
  );
}

import { useState } from 'react';
import type { Operation } from '@/api/types';
import { SmallButton } from '../SmallButton';
import { LastOperation } from './LastOperation';
import { OperationPanel } from './OperationPanel';
import classes from './pipelines.module.css';
import * as texts from '@/texts/pipelines';

interface InstanceOperationProps {
  cluster: string;
  id: string;
  /** Undefined while it is not in the instance's list, as right after its start. */
  operation: Operation | undefined;
  /** Whether the address names it: then a person follows it. */
  chosen: boolean;
}

/**
 * The newest operation of an instance: in full while it runs or when it failed, in one line when it is over. One
 * that a person followed to its end stays in full until it is closed.
 */
export function InstanceOperation({ cluster, id, operation, chosen }: InstanceOperationProps) {
  const [open, setOpen] = useState(chosen);
  const over = operation?.state === 'succeeded' || operation?.state === 'canceled';
  if (!operation || !over) return <OperationPanel cluster={cluster} id={id} />;
  if (open) return <OperationPanel cluster={cluster} id={id} onClose={() => setOpen(false)} />;
  return (
    <p className={`row ${classes.over}`}>
      <LastOperation operation={operation} />
      <SmallButton aria-expanded={false} onClick={() => setOpen(true)}>
        {texts.details}
      </SmallButton>
    </p>
  );
}

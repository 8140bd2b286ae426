import type { Operation } from '@/api/types';
import { Failure } from '../Failure';
import { TextLink } from '../links';
import { SmallButton } from '../SmallButton';
import { operationLooks, operationTitle } from '../status/looks';
import { Status } from '../status/Status';
import { Time } from '../Time';
import { useMay } from '../useMe';
import classes from './queue.module.css';
import { useWithdraw } from './useWithdraw';
import * as texts from '@/texts/operations';

/** Operations in the order in which they run. */
export default function Queue({ operations }: { operations: readonly Operation[] }) {
  return (
    <ol className={`small ${classes.queue}`} aria-label={texts.queuedOperations}>
      {operations.map((operation) => (
        <Entry key={operation.id} operation={operation} />
      ))}
    </ol>
  );
}

function Entry({ operation: o }: { operation: Operation }) {
  const operator = useMay('operator', o.cluster);
  const { mutate, isPending, error } = useWithdraw(o.cluster, o.id);
  const waits = o.state === 'requested';
  return (
    <li className="row">
      <Status look={waits ? { ...operationLooks.requested, word: texts.waiting } : operationLooks[o.state]} />
      <span className={`break ${classes.what}`}>
        {operationTitle(o)} <Subject operation={o} />
      </span>
      <span className={`dim ${classes.who}`}>
        {o.requestedBy}, <Time at={o.requestedAt} />
        {o.bulk !== undefined && (
          <>
            {texts.partOfA(
              <TextLink to="/bulk/$bulk" params={{ bulk: o.bulk }}>
                {texts.bulkChange}
              </TextLink>,
            )}
          </>
        )}
      </span>
      {waits && operator && (
        <SmallButton
          loading={isPending}
          aria-label={texts.withdraw(operationTitle(o), namesOf(o))}
          onClick={() => mutate()}
        >
          {texts.withdraw2}
        </SmallButton>
      )}
      {error && <Failure error={error} what={texts.couldntWithdrawTheOperation} />}
    </li>
  );
}

function Subject({ operation: o }: { operation: Operation }) {
  const pipeline = o.pipelines?.at(-1);
  if (o.instance !== '') {
    return (
      <TextLink
        to="/clusters/$cluster/instances/$instance"
        params={{ cluster: o.cluster, instance: o.instance }}
        search={{ operation: o.id }}
      >
        {namesOf(o)}
      </TextLink>
    );
  }
  if (pipeline === undefined) return <>{texts.theCluster}</>;
  return (
    <TextLink
      to="/clusters/$cluster/pipelines/$pipeline"
      params={{ cluster: o.cluster, pipeline: String(pipeline) }}
    >
      {texts.theCluster}
    </TextLink>
  );
}

/** “alpha”, “alpha and 4 more”. */
function namesOf({ instance, deployments = [] }: Operation): string {
  return deployments.length > 1 ? texts.andMore(instance, deployments.length - 1) : instance;
}

import { useQuery } from '@tanstack/react-query';
import { instanceQuery } from '@/api/queries/fleet';
import { podsQuery } from '@/api/queries/runtime';
import { isLive } from '@/api/status';
import type { InstanceDetails } from '@/api/types';
import { hostOf } from '../instances/columns';
import { ButtonLink, TextLink } from '../links';
import { OutLink } from '../OutLink';
import { Loaded } from '../Loaded';
import { PendingReason } from './PendingReason';
import { LastOperation } from '../pipelines/LastOperation';
import { byWorkload, podReason, type WorkloadPods } from '../runtime/words';
import { healthLooks, lifecycleLooks, pipelineLook } from '../status/looks';
import { Status } from '../status/Status';
import { Time } from '../Time';
import { CloseButton } from '../ui/CloseButton';
import { useClusterName } from '../useClusters';
import { useMay } from '../useMe';
import classes from './peek.module.css';
import * as texts from '@/texts/peek';

interface PeekProps {
  cluster: string;
  instance: string;
  onClose: () => void;
}

/** An instance beside the list: why it needs a person, its pods, the last change, and what can be done. */
export default function Peek({ cluster, instance, onClose }: PeekProps) {
  const query = useQuery(instanceQuery(cluster, instance));
  const clusterName = useClusterName(cluster);
  return (
    <aside className={`stack gap-14 ${classes.peek}`} data-side-panel aria-label={texts.summaryOf(instance)}>
      <header className={`line gap-12 ${classes.head}`}>
        <div>
          <h2 className="break">
            <TextLink
              to="/clusters/$cluster/instances/$instance"
              params={{ cluster, instance }}
              className={classes.name ?? ''}
            >
              {instance}
            </TextLink>
          </h2>
          <p className="dim">{clusterName}</p>
        </div>
        <CloseButton aria-label={texts.closeSummary} onClick={onClose} />
      </header>
      <Loaded query={query} what={texts.theInstance} lines={8}>
        {(details) => <Contents details={details} />}
      </Loaded>
      <p className={`tiny dim ${classes.keys}`}>{texts.useTheArrowKeysTo}</p>
    </aside>
  );
}

function Contents({ details }: { details: InstanceDetails }) {
  const { instance, operations } = details;
  const { cluster, name, health, lifecycle, pipeline, lmsUrl } = instance;
  const operator = useMay('operator', cluster);
  const live = isLive(instance);
  return (
    <div className={`stack gap-14 ${classes.contents}`}>
      <div className={`row ${classes.states}`}>
        {live ? (
          <Status look={healthLooks[health.state]} pill />
        ) : (
          <Status look={lifecycleLooks[lifecycle]} pill />
        )}
        <Time at={live ? health.at : instance.changedAt} prefix={texts.forDuration} lasting />
        {pipeline && (
          <TextLink
            to="/clusters/$cluster/pipelines/$pipeline"
            params={{ cluster, pipeline: String(pipeline.id) }}
            className={classes.pipeline ?? ''}
          >
            {texts.pipeline(pipeline.id)} <Status look={pipelineLook(pipeline.status)} />
          </TextLink>
        )}
      </div>
      {live && <PendingReason instance={instance} />}
      {lifecycle === 'active' && <Pods cluster={cluster} instance={name} />}
      <section aria-label={texts.lastChange}>
        <h3>{texts.lastChange}</h3>
        {operations[0] ? (
          <LastOperation operation={operations[0]} />
        ) : (
          <p className="dim">
            <Time at={instance.changedAt} />
            {instance.changedBy !== undefined && texts.by(instance.changedBy)}
          </p>
        )}
      </section>
      <div className={`row ${classes.states}`}>
        <ButtonLink to="/clusters/$cluster/instances/$instance" params={{ cluster, instance: name }}>
          {texts.open}
        </ButtonLink>
        {operator && lifecycle === 'active' && (
          <ButtonLink
            variant="default"
            to="/clusters/$cluster/instances/$instance/update"
            params={{ cluster, instance: name }}
          >
            {texts.update}
          </ButtonLink>
        )}
        <ButtonLink
          variant="default"
          to="/clusters/$cluster/instances/$instance"
          params={{ cluster, instance: name }}
          search={{ tab: 'timeline' }}
        >
          {texts.timeline}
        </ButtonLink>
        {lmsUrl !== undefined && <OutLink href={lmsUrl}>{hostOf(lmsUrl)}</OutLink>}
      </div>
    </div>
  );
}

const shownWorkloads = 6;

function Pods({ cluster, instance }: { cluster: string; instance: string }) {
  const query = useQuery(podsQuery(cluster, instance));
  return (
    <section aria-label={texts.pods}>
      <h3>{texts.pods}</h3>
      <Loaded query={query} what={texts.thePods} lines={3}>
        {({ pods }) => <Workloads cluster={cluster} instance={instance} workloads={byWorkload(pods)} />}
      </Loaded>
    </section>
  );
}

interface WorkloadsProps {
  cluster: string;
  instance: string;
  workloads: readonly WorkloadPods[];
}

function Workloads({ cluster, instance, workloads }: WorkloadsProps) {
  if (workloads.length === 0) return <p className="dim">{texts.noPods}</p>;
  return (
    <ul className={`stack gap-6 ${classes.pods}`}>
      {workloads.slice(0, shownWorkloads).map(({ name, worst, ready, total }) => (
        <li key={name} className="row">
          <TextLink
            to="/clusters/$cluster/instances/$instance"
            params={{ cluster, instance }}
            search={{ pod: worst.name }}
          >
            {name}
          </TextLink>
          <span className="dim">{texts.ready(ready, total)}</span>
          <Status look={healthLooks[worst.health]} />
          {podReason(worst) !== undefined && <p className="small dim">{podReason(worst)}</p>}
        </li>
      ))}
      {workloads.length > shownWorkloads && (
        <li className="dim">{texts.more(workloads.length - shownWorkloads)}</li>
      )}
    </ul>
  );
}

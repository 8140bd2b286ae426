import type { Attention as Reason, Overview } from '@/api/types';
import { Subject } from '@/components/activity/Subject';
import { Empty } from '@/components/Empty';
import { TextLink } from '@/components/links';
import { Panel } from '@/components/Panel';
import { ClusterLink, InstanceLink, PipelineLink, ProjectLink } from '@/components/places';
import { healthLooks } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Time } from '@/components/Time';
import { useMay } from '@/components/useMe';
import { reasonWords, type Trouble, troublesOf } from './-next';
import classes from './-overview.module.css';
import * as texts from '@/texts/overview';

/** What needs somebody: the worst first, each with why and what to do next. */
export function Attention({ overview: { attention, attentionTotal } }: { overview: Overview }) {
  const troubles = troublesOf(attention);
  return (
    <Panel
      title={texts.needsAttention}
      note={
        attentionTotal > attention.length ? texts.worstOf(attention.length, attentionTotal) : attentionTotal
      }
      flush
    >
      {troubles.length === 0 ? (
        <Empty title={texts.allClear}>{texts.allInstancesAreHealthyThe}</Empty>
      ) : (
        <ul>
          {troubles.map((trouble) => (
            <TroubleItem key={`${trouble.cluster}/${trouble.instance ?? ''}`} trouble={trouble} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function TroubleItem({ trouble: { cluster, instance, severity, reasons } }: { trouble: Trouble }) {
  return (
    <li className={classes.trouble}>
      <span>
        <Status look={healthLooks[severity]} pill />
      </span>
      <div className="break">
        <Subject cluster={cluster} instance={instance} row />
        {reasons.map((reason) => (
          <p key={`${reason.reason} ${reason.detail}`} className={`small ${classes.reason}`}>
            <span className={classes.word}>{reasonWords[reason.reason]}</span> {reason.detail}{' '}
            {reason.nextStep} <NextStep reason={reason} />{' '}
            <span className={`dim ${classes.age}`}>
              <Time at={reason.since} {...(ages[reason.reason] ?? {})} />
            </span>
          </p>
        ))}
      </div>
    </li>
  );
}

/** What the time is: since when it is so, or when it happened. */
const lasting = { prefix: texts.forDuration, lasting: true };

const ages: Partial<Record<Reason['reason'], { prefix: string; lasting?: boolean }>> = {
  health: lasting,
  site: lasting,
  offline: lasting,
  project: lasting,
  files: { prefix: texts.changed },
  drift: lasting,
};

function NextStep({ reason: { cluster, instance, pipeline, reason } }: { reason: Reason }) {
  const operator = useMay('operator', cluster);
  if (reason === 'pipeline' && pipeline !== undefined) {
    return (
      <PipelineLink cluster={cluster} pipeline={pipeline}>
        {texts.viewError}
      </PipelineLink>
    );
  }
  if (reason === 'project' && operator) {
    return <ProjectLink cluster={cluster}>{texts.viewProject}</ProjectLink>;
  }
  if (instance === undefined) {
    return (
      <ClusterLink cluster={cluster}>
        {reason === 'files' ? texts.viewProblems : texts.viewCluster}
      </ClusterLink>
    );
  }
  if (reason === 'files' && operator) {
    return (
      <TextLink to="/clusters/$cluster/instances/$instance/update" params={{ cluster, instance }}>
        {texts.correctTheFiles}
      </TextLink>
    );
  }
  return (
    <InstanceLink cluster={cluster} instance={instance}>
      {reason === 'files' ? texts.viewProblems : texts.viewInstance}
    </InstanceLink>
  );
}

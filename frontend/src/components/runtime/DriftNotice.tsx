import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { driftQuery } from '@/api/queries/runtime';
import type { Difference, DriftReport } from '@/api/types';
import { TextLink } from '@/components/links';
import noticeClasses from '@/components/operations/operations.module.css';
import { Mark } from '@/components/status/Mark';
import { Time } from '@/components/Time';
import classes from './runtime.module.css';
import * as texts from '@/texts/runtime';

interface DriftNoticeProps {
  cluster: string;
  instance: string;
}

/** Where what runs is not what the configuration says, by cause: drift is not an undeployed change. */
export function DriftNotice({ cluster, instance }: DriftNoticeProps) {
  const { data, error } = useQuery(driftQuery(cluster, instance));
  if (error && !data) {
    return <p className={`small dim ${classes.quiet}`}>{texts.driftUnknown(error.message)}</p>;
  }
  if (!data) return null;
  if (data.deploying === true) {
    return (
      <p className={`small dim ${classes.quiet}`}>
        <Mark shape="half" /> {texts.ocimChecksForDriftWhen}
      </p>
    );
  }
  const by = (cause: Difference['cause']) => data.differences.filter((d) => d.cause === cause);
  return (
    <>
      <Differences
        title={texts.driftTheRunningInstanceDiffers}
        list={by('drift')}
        cluster={cluster}
        report={data}
      >
        {texts.itWasChangedInThe}
      </Differences>
      <Differences
        title={texts.undeployedConfigurationChanges}
        list={by('undeployed')}
        cluster={cluster}
        report={data}
      >
        {texts.theInstanceRunsTheDeployed}
      </Differences>
      <Differences
        title={texts.theRunningInstanceDiffersFrom}
        list={by('unknown')}
        cluster={cluster}
        report={data}
      >
        {texts.theLastDeployedVersionIs(data.error !== undefined && ` ${data.error}`)}
      </Differences>
      {data.differences.length === 0 && (
        <p className={`small dim ${classes.quiet}`}>
          <Mark shape="check" /> {texts.noDriftImagesAndReplicas(<Time at={data.at} prefix={texts.asOf} />)}
        </p>
      )}
    </>
  );
}

interface DifferencesProps {
  title: string;
  list: readonly Difference[];
  cluster: string;
  report: DriftReport;
  children: ReactNode;
}

function Differences({ title, list, cluster, report, children }: DifferencesProps) {
  if (list.length === 0) return null;
  return (
    <section className={`small ${noticeClasses.notice}`} aria-label={title}>
      <h2 className="line">
        <Mark shape="triangle" size={16} />
        {title}
      </h2>
      <p>
        {children} <Time at={report.at} prefix={texts.asOf} />
        {report.pipeline !== undefined && report.pipeline > 0 && (
          <>
            {texts.lastDeployedBy(
              <TextLink
                to="/clusters/$cluster/pipelines/$pipeline"
                params={{ cluster, pipeline: String(report.pipeline) }}
              >
                {texts.pipeline(report.pipeline)}
              </TextLink>,
            )}
          </>
        )}
        .
      </p>
      <ul>
        {list.map((d) => (
          <li key={`${d.workload}.${d.what}.${d.key ?? ''}`}>
            {texts.runningInGit(
              d.workload,
              words[d.what],
              <code className={classes.value}>{d.runs}</code>,
              <code className={classes.value}>{d.wanted}</code>,
              d.key !== undefined && ` (${d.key})`,
            )}
            {d.deployed !== undefined && d.deployed !== d.wanted && (
              <>, {texts.deployed(<code className={classes.value}>{d.deployed}</code>)}</>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const words: Record<Difference['what'], string> = {
  image: texts.image,
  release: texts.release,
  replicas: texts.replicas,
  minReplicas: texts.minimumReplicas,
  maxReplicas: texts.maximumReplicas,
};

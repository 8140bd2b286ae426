import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { driftQuery } from '@/api/queries/runtime';
import type { Difference, DriftReport } from '@/api/types';
import { TextLink } from '@/components/links';
import noticeClasses from '@/components/operations/operations.module.css';
import { Mark } from '@/components/status/Mark';
import { Time } from '@/components/Time';
import classes from './runtime.module.css';

interface DriftNoticeProps {
  cluster: string;
  instance: string;
}

/** Where what runs is not what the configuration says, by cause: drift is not an undeployed change. */
export function DriftNotice({ cluster, instance }: DriftNoticeProps) {
  const { data, error } = useQuery(driftQuery(cluster, instance));
  if (error && !data) {
    return <p className={classes.quiet}>Whether it drifted is not known: {error.message}</p>;
  }
  if (!data) return null;
  if (data.deploying === true) {
    return (
      <p className={classes.quiet}>
        <Mark shape="half" /> Whether it drifted is told once its pipeline has ended.
      </p>
    );
  }
  const by = (cause: Difference['cause']) => data.differences.filter((d) => d.cause === cause);
  return (
    <>
      <Differences
        title="Drift: it does not run as it was deployed"
        list={by('drift')}
        cluster={cluster}
        report={data}
      >
        Somebody or something changed it in the cluster. An update brings it back to what git says.
      </Differences>
      <Differences
        title="Changes of the configuration that do not run yet"
        list={by('undeployed')}
        cluster={cluster}
        report={data}
      >
        It runs as it was deployed; git has moved on since. An update deploys what git says.
      </Differences>
      <Differences
        title="It does not run what git says, and nobody knows why"
        list={by('unknown')}
        cluster={cluster}
        report={data}
      >
        What was deployed last is not known, so this is drift or a change that is not deployed.
        {data.error !== undefined && ` ${data.error}`}
      </Differences>
      {data.differences.length === 0 && (
        <p className={classes.quiet}>
          <Mark shape="check" /> No drift: images and replicas are as git says, where it says so.{' '}
          <Time at={data.at} prefix="As of " />
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
    <section className={noticeClasses.notice} aria-label={title}>
      <h2>
        <Mark shape="triangle" size={16} />
        {title}
      </h2>
      <p>
        {children} <Time at={report.at} prefix="As of " />
        {report.pipeline !== undefined && report.pipeline > 0 && (
          <>
            , last deployed by{' '}
            <TextLink
              to="/clusters/$cluster/pipelines/$pipeline"
              params={{ cluster, pipeline: String(report.pipeline) }}
            >
              pipeline #{report.pipeline}
            </TextLink>
          </>
        )}
        .
      </p>
      <ul>
        {list.map((d) => (
          <li key={`${d.workload}.${d.what}.${d.key ?? ''}`}>
            {d.workload}: {words[d.what]} <code className={classes.value}>{d.runs}</code> runs,{' '}
            <code className={classes.value}>{d.wanted}</code> is in git
            {d.key !== undefined && ` (${d.key})`}
            {d.deployed !== undefined && d.deployed !== d.wanted && (
              <>
                , <code className={classes.value}>{d.deployed}</code> was deployed
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const words: Record<Difference['what'], string> = {
  image: 'image',
  release: 'release',
  replicas: 'number of replicas',
  minReplicas: 'least replicas',
  maxReplicas: 'most replicas',
};

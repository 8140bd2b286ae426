import { lazy, Suspense } from 'react';
import type { PodLogPlace } from '@/api/queries/runtime';
import { Loading } from '@/components/Loading';
import { useMay } from '@/components/useMe';
import { DriftNotice } from './DriftNotice';
import { EventsPanel } from './EventsPanel';
import { JobsPanel } from './JobsPanel';
import { PodsPanel } from './PodsPanel';
import { ReplicationPanel } from './ReplicationPanel';
import classes from './runtime.module.css';
import * as texts from '@/texts/runtime';

const PodLog = lazy(() => import('./PodLog'));

export interface RunningProps {
  cluster: string;
  instance: string;
  /** The pod whose containers are shown. */
  pod: string | undefined;
  onPod: (pod: string | undefined) => void;
  /** The log that is open. */
  log: PodLogPlace | undefined;
  onLog: (change: Partial<PodLogPlace>) => void;
}

/** What the cluster reports about an instance, loaded part by part. */
export default function Running({ cluster, instance, pod, onPod, log, onLog }: RunningProps) {
  const operator = useMay('operator', cluster);
  return (
    <>
      <DriftNotice cluster={cluster} instance={instance} />
      <PodsPanel cluster={cluster} instance={instance} open={pod} onOpen={onPod} />
      {log && operator && (
        <Suspense fallback={<Loading lines={6} label={texts.loadingLog} />}>
          <PodLog key={log.pod} cluster={cluster} instance={instance} place={log} onChange={onLog} />
        </Suspense>
      )}
      {log && !operator && (
        <p className={classes.refusal} role="note">
          {texts.logsMayContainPersonalData2}
        </p>
      )}
      {operator && <JobsPanel cluster={cluster} instance={instance} />}
      <ReplicationPanel cluster={cluster} instance={instance} />
      <EventsPanel cluster={cluster} instance={instance} />
    </>
  );
}
